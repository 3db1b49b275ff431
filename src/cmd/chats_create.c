/*
 * `afterhours chats create`: posts an offline message. Nothing can tell the
 * server that two posts are one, so it leaves once; when no answer comes, a
 * search that tells is named instead.
 */
#include "cmd/chats_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/id.h"
#include "chat/chat_json.h"
#include "chat/offline_message.h"
#include "cmd/chats_text.h"
#include "cmd/output.h"

#include "base/banned.h"

#define BODY_MAX   ((size_t)512 * 1024)
#define VALUES_MAX 100000
#define QUERY_MAX  ((size_t)2048)

/* Clocks differ, and a server may write down when it got the message. */
#define BEFORE_MS INT64_C(300000)
#define AFTER_MS  INT64_C(900000)

bool chats_create_check(const struct chats_options *options, struct error *err)
{
    bool by_fields = options->message || options->email || options->name ||
                     options->phone || options->notes || options->session ||
                     options->department;

    if (options->count > 0)
        return error_set(err, ERROR_USAGE, "'%s' is one argument too many",
                         options->arguments[0]);
    if (options->file && by_fields)
        return error_set(err, ERROR_USAGE,
                         "give --file or what is in it, not both");
    if (!options->file && (!options->message || !*options->message))
        return error_set(err, ERROR_USAGE,
                         "say what: --message TEXT, or --file FILE with one "
                         "JSON object");
    return true;
}

static bool read_file_of(const char *path, struct buf *body, struct error *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    char bytes[4096];
    size_t len;
    bool ok;

    if (!file)
        return error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
    while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0 && buf_ok(body))
        buf_add(body, bytes, len);
    ok = !ferror(file);
    if (!ok)
        error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
    if (!standard)
        fclose(file);
    if (ok && !buf_ok(body))
        ok = error_set(err, ERROR_INPUT, "%s: longer than %zu bytes", path,
                       BODY_MAX);
    return ok;
}

static bool take_file(const char *path, struct buf *body, struct error *err)
{
    json_t *root;
    bool ok;

    if (!read_file_of(path, body, err))
        return false;
    root = chat_json_parse(buf_str(body), body->len, VALUES_MAX);
    ok = json_is_object(root) && strlen(buf_str(body)) == body->len;
    json_decref(root);
    if (!ok)
        return error_set(err, ERROR_INPUT, "%s: is not one JSON object", path);
    return true;
}

static bool build(const struct chats_options *options, struct buf *body,
                  struct error *err)
{
    char session[ID_SIZE];
    struct offline_message message = {
        .session_id = options->session,
        .name = options->name,
        .email = options->email,
        .phone = options->phone,
        .notes = options->notes,
        .message = options->message,
        .at = options->at,
        .department_id = options->department,
    };

    if (options->file)
        return take_file(options->file, body, err);
    if (!message.session_id) {
        id_make(session, "cli", clock_wall_ms());
        message.session_id = session;
    }
    if (offline_message_build(&message, body))
        return true;
    return error_set(err, ERROR_INPUT,
                     "it is not UTF-8, or longer than %zu bytes", BODY_MAX);
}

/* When the message says it was sent; wall clock, ms. */
static int64_t said_at(const struct buf *body, int64_t now)
{
    json_t *root = chat_json_parse(buf_str(body), body->len, VALUES_MAX);
    int64_t seconds;

    if (chat_json_number(json_object_get(root, "timestamp"), &seconds) &&
        seconds < now / 1000)
        now = seconds * 1000;
    json_decref(root);
    return now;
}

/* A search that finds the message if it is there. */
static void add_search(struct buf *out, const struct chats_link *link,
                       const struct buf *body)
{
    int64_t now = clock_wall_ms();
    struct chat_sent sent;
    struct buf query;

    if (!chat_read_sent(buf_str(body), body->len, &sent))
        return;
    buf_init(&query, QUERY_MAX);
    chat_query_sent(&query, &sent, said_at(body, now) - BEFORE_MS,
                    now + AFTER_MS);
    buf_text(out, "afterhours chats search ");
    chats_quote(out, buf_str(&query));
    if (link->options->url)
        buf_format(out, " --url %s", link->base_url);
    buf_clear(&query);
}

/* It may have been created or not: nobody but a search can tell. */
static bool in_doubt(const struct chats_link *link,
                     const struct http_response *answer, const struct buf *body,
                     struct error *err)
{
    char why[sizeof(answer->why) + 32];
    struct buf search;

    if (answer->fate == HTTP_ANSWERED)
        snprintf(why, sizeof(why), "the answer was %d", answer->status);
    else
        snprintf(why, sizeof(why), "no answer came (%s)", answer->why);
    buf_init(&search, QUERY_MAX);
    add_search(&search, link, body);
    error_set(err, ERROR_LATER,
              "%s: %s. It may or may not have been created: look, in a minute, "
              "with  %s  before you try again",
              link->base_url, why, buf_str(&search));
    buf_clear(&search);
    return false;
}

/* The head of the answer came, and only the rest was lost. */
static bool was_created(const struct http_response *answer)
{
    return answer->fate == HTTP_LOST && answer->status >= 200 &&
           answer->status <= 299;
}

static bool is_doubtful(const struct http_response *answer)
{
    if (answer->fate != HTTP_ANSWERED)
        return answer->fate == HTTP_LOST;
    return answer->status == 408 || answer->status == 409 ||
           answer->status >= 500;
}

static bool print_created(const struct chats_link *link,
                          const struct http_response *answer,
                          const struct buf *body, struct error *err)
{
    json_t *chat = chat_one_read(answer->body, answer->body_len);
    char id[CHAT_ID_MAX + 1];
    struct buf search;

    if (chat_own_id(chat, id)) {
        if (link->options->json)
            output_json(json_incref(chat));
        else
            printf("%s\n", id);
        json_decref(chat);
        return true;
    }
    json_decref(chat);
    buf_init(&search, QUERY_MAX);
    add_search(&search, link, body);
    error_set(err, ERROR_FAILED,
              "%s: it was created (%d), but the answer does not tell its id; "
              "find it with  %s  and do not create it again",
              link->base_url, answer->status, buf_str(&search));
    buf_clear(&search);
    return false;
}

static bool post(struct chats_link *link, const struct buf *body,
                 struct error *err)
{
    struct http_request request;
    struct http_response answer;
    bool ok;

    chat_request_create(&request, &link->endpoint, buf_str(body));
    ok = chats_ask(link, &request, &answer, err);
    chats_progress_clear(&link->progress);
    if (ok && answer.status == 404)
        ok = chats_explain(link, &answer, err);
    else if (ok || was_created(&answer))
        ok = print_created(link, &answer, body, err);
    else if (is_doubtful(&answer))
        ok = in_doubt(link, &answer, body, err);
    else
        error_set(err, err->kind, "%s; nothing was created", err->text);
    http_response_clear(&answer);
    return ok;
}

bool chats_create(struct chats_link *link, const struct chats_options *options,
                  struct error *err)
{
    struct buf body;
    bool ok;

    buf_init(&body, BODY_MAX);
    ok = build(options, &body, err) && post(link, &body, err);
    buf_clear(&body);
    return ok;
}

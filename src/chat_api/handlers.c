/* The calls on chats that are named: from a request to a question to the
 * store. */
#include "chat_api/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "chat/chat_update.h"
#include "chat_api/param.h"

#include "base/banned.h"

#define IDS_MAX ((size_t)CHAT_IDS_MAX * (CHAT_ID_MAX + 1) + 1024)

/* False: it was answered. */
static bool is_json(struct call *call)
{
    const char *type = http_header(call->exchange, "Content-Type");

    if (!type || strcasestr(type, "json"))
        return true;
    call_error(call, 415, "UnsupportedMediaType",
               "Content-Type: send JSON, as application/json");
    return false;
}

/* "\"abc\"" gives abc. A quoted key has \" and \\ for " and \ (RFC 8941). */
static bool unquote(char *key)
{
    const char *from = key + 1;
    char *to = key;

    for (; *from && *from != '"'; from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        *to++ = *from;
    }
    if (from[0] != '"' || from[1])
        return false;
    *to = '\0';
    return true;
}

/* *key is owned; NULL when none was sent. False: it was answered. */
static bool read_key(struct call *call, char **key)
{
    const char *header = http_header(call->exchange, "Idempotency-Key");
    bool ok = true;
    size_t len;

    *key = NULL;
    if (!header)
        return true;
    *key = alloc_text(header);
    if (**key == '"')
        ok = unquote(*key);
    len = strlen(*key);
    for (size_t i = 0; i < len; i++)
        ok = ok && (*key)[i] > ' ' && (*key)[i] <= '~';
    if (ok && len > 0 && len <= CHAT_API_KEY_MAX)
        return true;
    free(*key);
    call_error(call, 400, "InvalidValue",
               "Idempotency-Key: 1 to 255 visible characters of ASCII are "
               "expected, quoted or bare");
    return false;
}

static void create_draft(struct call *call, const struct chat_create *create)
{
    const struct chat_api_options *options = &call->api->options;

    options->ops->create(options->store, &call->access, create, call_found,
                         call);
}

void call_create(struct call *call)
{
    struct chat_complaints complaints;
    struct chat_draft draft;
    char *key;

    if (!is_json(call) || !read_key(call, &key))
        return;
    if (chat_draft_read(http_body(call->exchange),
                        http_body_len(call->exchange), &draft, &complaints)) {
        create_draft(call, &(struct chat_create){.draft = &draft,
                                                 .idempotency_key = key});
        chat_draft_clear(&draft);
    } else {
        call_complain(call, &complaints);
    }
    free(key);
}

/* The id in the path; owned. NULL: it was answered. */
static char *read_id(struct call *call)
{
    const char *encoded = strrchr(http_path(call->exchange), '/') + 1;
    struct buf id;

    buf_init(&id, CHAT_ID_MAX);
    if (text_percent_decode(encoded, strlen(encoded), false, &id) &&
        buf_ok(&id) && text_clean(buf_str(&id), id.len))
        return buf_take(&id);
    buf_clear(&id);
    call_error(call, 400, "InvalidValue",
               "chat_id: at most 128 bytes of UTF-8 text, percent-encoded, are "
               "expected");
    return NULL;
}

void call_show(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    char *id = read_id(call);

    if (!id)
        return;
    options->ops->get(options->store, &call->access, (const char *[]){id}, 1,
                      call_found, call);
    free(id);
}

void call_delete(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    char *id = read_id(call);

    if (!id)
        return;
    options->ops->remove(options->store, &call->access, (const char *[]){id}, 1,
                         call_found, call);
    free(id);
}

static void update_chat(struct call *call, const char *id)
{
    const struct chat_api_options *options = &call->api->options;
    struct chat_complaints complaints;
    struct chat_update update;

    if (!chat_update_read(http_body(call->exchange),
                          http_body_len(call->exchange), &update,
                          &complaints)) {
        call_complain(call, &complaints);
        return;
    }
    options->ops->update(options->store, &call->access, id, &update, call_found,
                         call);
    chat_update_clear(&update);
}

void call_update(struct call *call)
{
    char *id;

    if (!is_json(call))
        return;
    id = read_id(call);
    if (id)
        update_chat(call, id);
    free(id);
}

/* What "ids" asks for: each once, empty ones not at all. */
struct wanted {
    char *text; /* owned; the ids are parts of it */
    const char *ids[CHAT_IDS_MAX];
    size_t count;
};

static bool is_wanted(const struct wanted *wanted, const char *id)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (strcmp(wanted->ids[i], id) == 0)
            return true;
    return false;
}

/* Cuts the text into its ids. NULL, or what is wrong with it. */
static const char *want(struct wanted *wanted)
{
    char *text = wanted->text, *id;

    while ((id = strsep(&text, ","))) {
        if (!*id || is_wanted(wanted, id))
            continue;
        if (strlen(id) > CHAT_ID_MAX)
            return "an id has at most 128 bytes";
        if (wanted->count == CHAT_IDS_MAX)
            return "at most 50 in one request";
        wanted->ids[wanted->count++] = id;
    }
    return NULL;
}

/* The caller frees its text. False: it was answered. */
static bool read_ids(struct call *call, struct wanted *wanted)
{
    const char *wrong;

    wanted->count = 0;
    if (!param_text(call, "ids", IDS_MAX, &wanted->text))
        return false;
    wrong = wanted->text ? want(wanted) : NULL;
    if (!wrong && wanted->count == 0 && call->kind == CHAT_CALL_DELETE_IDS)
        wrong = "say which chats: ids=1,2,3";
    if (!wrong)
        return true;
    free(wanted->text);
    param_refuse(call, "ids", "%s", wrong);
    return false;
}

void call_ids(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct wanted wanted;

    if (!read_ids(call, &wanted))
        return;
    options->ops->get(options->store, &call->access, wanted.ids, wanted.count,
                      call_found, call);
    free(wanted.text);
}

void call_delete_ids(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct wanted wanted;

    if (!read_ids(call, &wanted))
        return;
    options->ops->remove(options->store, &call->access, wanted.ids,
                         wanted.count, call_found, call);
    free(wanted.text);
}

/*
 * `afterhours chats export`: the change feed, page after page, oldest first, a
 * line of JSON each.
 */
#include "cmd/chats_export_file.h"
#include "cmd/chats_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "chat/chat_facts.h"
#include "chat/chat_json.h"

#include "base/banned.h"

#define UPDATED    "update_timestamp"
#define TIMEOUT_MS INT64_C(120000) /* a thousand chats take a while */
#define KEY_SIZE   (CHAT_ID_MAX + CLOCK_TEXT_SIZE + 2)

struct export
{
    struct chats_link *link;
    struct export_file file;
    struct chat_position position;
    char *fields;  /* owned; as wanted; NULL: all */
    char *asked;   /* owned; as asked for: with UPDATED, for `until` */
    int64_t until; /* Unix seconds, itself not included; INT64_MAX: none */
    struct chats_seen last; /* of the page before */
    size_t written, count;  /* in all; of this page, as the server says */
    unsigned limit;
    bool ended; /* by until */
};

static bool read_time(const char *name, const char *text, int64_t *seconds,
                      struct error *err)
{
    int64_t at;

    if (!clock_parse(text, clock_wall_ms(), &at) || at < 0)
        return error_set(err, ERROR_USAGE,
                         "%s: '%s' is no time: write 2h, 3d or "
                         "2026-11-22T09:00:00Z",
                         name, text);
    *seconds = at / 1000;
    return true;
}

static bool has_field(const char *fields, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = fields; (at = strstr(at, name)); at += len)
        if ((at == fields || at[-1] == ',') && (!at[len] || at[len] == ','))
            return true;
    return false;
}

bool chats_export_check(const struct chats_options *options, struct error *err)
{
    int64_t seconds;

    if (options->count > 0)
        return error_set(err, ERROR_USAGE, "'%s' is one argument too many",
                         options->arguments[0]);
    if (options->json)
        return error_set(err, ERROR_USAGE,
                         "an export is JSON anyway, a line for each chat: "
                         "leave --json out");
    if (options->resume && (!options->out || options->since ||
                            options->start_id || options->fields))
        return error_set(err, ERROR_USAGE,
                         "--resume needs --out FILE, and takes the rest from "
                         "FILE.position");
    if (!options->resume && !options->since)
        return error_set(err, ERROR_USAGE, "say since when: --since T");
    if (options->start_id &&
        !chat_id_believable(options->start_id, strlen(options->start_id)))
        return error_set(err, ERROR_USAGE, "'%s' is no id of a chat",
                         options->start_id);
    if (options->until && options->fields && strchr(options->fields, '('))
        return error_set(err, ERROR_USAGE,
                         "--until goes with plain --fields only: id,message");
    return (!options->since ||
            read_time("--since", options->since, &seconds, err)) &&
           (!options->until ||
            read_time("--until", options->until, &seconds, err));
}

/* Whether it was changed at until or later. */
static bool is_later(const struct export *export, const json_t *chat)
{
    struct chat_facts facts;
    bool later;

    if (export->until == INT64_MAX)
        return false;
    chat_facts_read(chat, &facts);
    later = facts.updated_at != SEARCH_NEVER &&
            facts.updated_at >= export->until * 1000;
    chat_facts_clear(&facts);
    return later;
}

/* What tells a chat in this state from all others; "": nothing does. */
static void key_of(const json_t *chat, char key[KEY_SIZE])
{
    const char *at = json_string_value(json_object_get(chat, UPDATED));
    char id[CHAT_ID_MAX + 1];

    key[0] = '\0';
    if (chat_own_id(chat, id))
        snprintf(key, KEY_SIZE, "%s %.*s", id, CLOCK_TEXT_SIZE, at ? at : "");
}

static bool write_chat(struct export *export, json_t *chat, struct error *err)
{
    if (export->asked && !has_field(export->fields, UPDATED))
        json_object_del(chat, UPDATED);
    chats_progress_clear(&export->link->progress);
    if (json_dumpf(chat, export->file.file, JSON_COMPACT) != 0 ||
        fputc('\n', export->file.file) == EOF)
        return error_set(err, ERROR_FAILED, "%s cannot be written",
                         export->file.path ? export->file.path
                                           : "standard output");
    export->written++;
    return true;
}

/* Servers may begin a page with the end of the one before. */
static bool write_page(struct export *export, const struct chat_list *page,
                       struct error *err)
{
    struct chats_seen now = {0};
    char key[KEY_SIZE];
    size_t index;
    json_t *chat;
    bool ok = true;

    json_array_foreach(page->items, index, chat)
    {
        if (is_later(export, chat)) {
            export->ended = true;
            continue;
        }
        key_of(chat, key);
        if (ok && (!key[0] || (chats_seen_add(&now, key) &&
                               !json_object_get(export->last.ids, key))))
            ok = write_chat(export, chat, err);
    }
    chats_seen_clear(&export->last);
    export->last = now;
    return ok;
}

static bool read_page(struct export *export, const struct http_response *answer,
                      struct chat_list *page, struct chat_position *end,
                      struct error *err)
{
    const char *base_url = export->link->base_url;

    if (answer->status == 404)
        return chats_explain(export->link, answer, err);
    if (!chat_list_read_changes(answer->body, answer->body_len, page, end, err))
        return error_prefix(err, "%s", base_url);
    export->count = json_array_size(page->items);
    if (page->count > 0 && (uint64_t)page->count > export->count)
        export->count = (size_t)page->count;
    if (export->count < export->limit ||
        end->start_time != export->position.start_time ||
        strcmp(end->start_id, export->position.start_id) != 0)
        return true;
    chat_list_clear(page);
    return error_set(err, ERROR_FAILED,
                     "%s: its pages lead in a circle: a whole page ends where "
                     "it began",
                     base_url);
}

static bool ask(struct export *export, struct http_response *answer,
                struct error *err)
{
    struct http_request request;

    for (;;) {
        chat_request_changes(
            &request, &export->link->endpoint, &export->position,
            export->asked ? export->asked : export->fields, export->limit);
        request.timeout_ms = TIMEOUT_MS;
        if (!chats_ask(export->link, &request, answer, err))
            return false;
        if (!answer->cut)
            return true;
        if (export->limit == 1)
            return error_set(err, ERROR_FAILED, "one chat is too long to read");
        http_response_clear(answer);
        export->limit /= 2;
    }
}

static bool take_page(struct export *export, struct error *err)
{
    struct chat_position end = export->position;
    struct http_response answer;
    struct chat_list page = {0};
    bool ok = ask(export, &answer, err) &&
              read_page(export, &answer, &page, &end, err);

    http_response_clear(&answer);
    if (!ok)
        return false;
    ok = write_page(export, &page, err);
    chat_list_clear(&page);
    if (!ok)
        return false;
    if (export->ended)
        end = (struct chat_position){.start_time = export->until};
    export->position = end;
    chats_progress_set(&export->link->progress, export->written, -1);
    return export_file_keep(&export->file, &export->position, export->fields,
                            err);
}

static bool begin(struct export *export, const struct chats_options *options,
                  struct error *err)
{
    if (options->until &&
        !read_time("--until", options->until, &export->until, err))
        return false;
    if (options->resume)
        return export_file_resume(&export->file, options->out,
                                  &export->position, &export->fields, err);
    export->fields = alloc_text(options->fields);
    if (options->start_id)
        memcpy(export->position.start_id, options->start_id,
               strlen(options->start_id) + 1);
    return read_time("--since", options->since, &export->position.start_time,
                     err) &&
           export_file_create(&export->file, options->out, err);
}

static void say_where(const struct export *export)
{
    char at[CLOCK_TEXT_SIZE];

    clock_format_seconds(export->position.start_time * 1000, at);
    fprintf(stderr, "%zu chats. ", export->written);
    if (export->file.path)
        fprintf(stderr, "Go on with: --out %s --resume\n", export->file.path);
    else
        fprintf(stderr, "Go on with: --since %s%s%s\n", at,
                export->position.start_id[0] ? " --start-id " : "",
                export->position.start_id);
}

bool chats_export(struct chats_link *link, const struct chats_options *options,
                  struct error *err)
{
    struct export export = {
        .link = link, .until = INT64_MAX, .limit = CHAT_CHANGES_MAX};
    bool ok = begin(&export, options, err);

    if (ok && export.fields && export.until != INT64_MAX &&
        !has_field(export.fields, UPDATED))
        export.asked = alloc_format("%s," UPDATED, export.fields);
    if (ok) {
        do
            ok = take_page(&export, err);
        while (ok && !export.ended && export.count >= export.limit);
        chats_progress_clear(&link->progress);
        say_where(&export);
    }
    export_file_close(&export.file);
    chats_seen_clear(&export.last);
    free(export.fields);
    free(export.asked);
    return ok;
}

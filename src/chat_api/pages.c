/* The JSON of the answers. See call.h. */
#include "chat_api/call.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "chat/chat_json.h"
#include "chat/search_match.h"

#include "base/banned.h"

#define PREVIEW_MAX 120 /* bytes */
#define DIGITS_MAX  18  /* of an id that is shown as a number */

static struct chat_manner manner_of(const struct call *call)
{
    const struct chat_manner *manner = call->api->options.manner;

    return manner ? *manner : (struct chat_manner){0};
}

static bool is_number(const char *id)
{
    size_t len = strlen(id);

    return len > 0 && len <= DIGITS_MAX && strspn(id, "0123456789") == len &&
           (*id != '0' || len == 1);
}

/* The id of a chat, as text or as number. */
static void write_id(const struct call *call, const char *id, struct buf *out)
{
    if (manner_of(call).numeric_ids && is_number(id))
        buf_text(out, id);
    else
        text_json(out, id);
}

/* A chat that is not shown as it is kept. */
static void write_changed(const struct call *call, const struct chat_item *item,
                          struct buf *out)
{
    json_t *chat = json_loadb(item->json, item->json_len,
                              JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    if (manner_of(call).numeric_ids && is_number(item->id))
        json_object_set_new(chat, "id",
                            json_integer(strtoll(item->id, NULL, 10)));
    if (call->pick.count) {
        json_t *picked = pick_apply(&call->pick, chat);

        json_decref(chat);
        chat = picked;
    }
    chat_json_print(chat, out);
    json_decref(chat);
}

static void write_chat(const struct call *call, const struct chat_item *item,
                       struct buf *out)
{
    if (call->pick.count ||
        (manner_of(call).numeric_ids && is_number(item->id)))
        write_changed(call, item, out);
    else
        buf_add(out, item->json, item->json_len);
}

static void write_chats(const struct call *call, const struct chat_found *found,
                        struct buf *out)
{
    for (size_t i = 0; i < found->count; i++) {
        if (i)
            buf_char(out, ',');
        write_chat(call, &found->items[i], out);
    }
}

static void write_docs(const struct call *call, const struct chat_found *found,
                       struct buf *out)
{
    buf_format(out, "{\"count\":%zu,\"docs\":", found->count);
    if (manner_of(call).docs_array) {
        buf_char(out, '[');
        write_chats(call, found, out);
        buf_text(out, "]}");
        return;
    }
    buf_char(out, '{');
    for (size_t i = 0; i < found->count; i++) {
        if (i)
            buf_char(out, ',');
        text_json(out, found->items[i].id);
        buf_char(out, ':');
        write_chat(call, &found->items[i], out);
    }
    buf_text(out, "}}");
}

/* There is no such page. The reference shows two spellings of it, and others
 * have been seen. */
static void write_no_page(const struct call *call, const char *name,
                          struct buf *out)
{
    static const char *const spellings[] = {
        [CHAT_NO_PAGE_NULL] = "null",
        [CHAT_NO_PAGE_TEXT] = "\"null\"",
        [CHAT_NO_PAGE_EMPTY] = "\"\"",
    };
    enum chat_no_page no_page = manner_of(call).no_page;

    if (no_page == CHAT_NO_PAGE_MISSING)
        return;
    if (no_page == CHAT_NO_PAGE_DEFAULT)
        no_page = call->kind == CHAT_CALL_SEARCH ? CHAT_NO_PAGE_NULL
                                                 : CHAT_NO_PAGE_TEXT;
    buf_format(out, ",\"%s\":%s", name, spellings[no_page]);
}

/* A URL is made of what needs no escape in JSON. */
static void begin_url(const struct call *call, const char *name,
                      const char *path, struct buf *out)
{
    buf_format(out, ",\"%s\":\"", name);
    buf_text(out, call->base_url);
    buf_text(out, path);
}

static void write_list_url(const struct call *call, const char *name,
                           const char *cursor, struct buf *out)
{
    if (!cursor) {
        write_no_page(call, name, out);
        return;
    }
    begin_url(call, name, CHATS_PATH, out);
    if (*cursor) {
        buf_text(out, "?cursor=");
        text_percent(out, cursor);
    }
    buf_char(out, '"');
}

static void write_list(const struct call *call, const struct chat_found *found,
                       struct buf *out)
{
    buf_text(out, "{\"chats\":[");
    write_chats(call, found, out);
    buf_format(out, "],\"count\":%" PRIu64, found->total);
    write_list_url(call, "next_url", found->next, out);
    write_list_url(call, "prev_url", found->previous, out);
    buf_char(out, '}');
}

static void write_search_url(const struct call *call, const char *name,
                             unsigned page, struct buf *out)
{
    if (page == 0) {
        write_no_page(call, name, out);
        return;
    }
    begin_url(call, name, CHATS_PATH "/search?q=", out);
    text_percent(out, call->query);
    buf_format(out, "&page=%u\"", page);
}

/* The first words of a text, cut between characters. */
static void write_preview(const char *text, struct buf *out)
{
    char preview[PREVIEW_MAX + 1];
    size_t len = text_cut(text, strnlen(text, PREVIEW_MAX + 1), PREVIEW_MAX);

    memcpy(preview, text, len);
    preview[len] = '\0';
    text_json(out, preview);
}

static void write_row(const struct call *call, const struct chat_item *item,
                      struct buf *out)
{
    const char *host = manner_of(call).result_host;
    char at[CLOCK_TEXT_SIZE];

    buf_text(out, "{\"id\":");
    write_id(call, item->id, out);
    buf_text(out, ",\"preview\":");
    write_preview(item->text, out);
    buf_text(out, ",\"timestamp\":");
    if (item->at == SEARCH_NEVER) {
        buf_text(out, "null");
    } else {
        clock_format_seconds(item->at, at);
        text_json(out, at);
    }
    buf_text(out, ",\"type\":");
    text_json(out, item->type);
    buf_text(out, ",\"url\":\"");
    buf_text(out, host ? host : call->base_url);
    buf_text(out, CHATS_PATH "/");
    text_percent(out, item->id);
    buf_text(out, "\"}");
}

static void write_search(const struct call *call,
                         const struct chat_found *found, struct buf *out)
{
    bool more = found->total > (uint64_t)call->page * CHAT_API_PAGE &&
                call->page < CHAT_API_PAGES;

    buf_format(out, "{\"count\":%" PRIu64, found->total);
    write_search_url(call, "next_url", more ? call->page + 1 : 0, out);
    write_search_url(call, "prev_url", call->page - 1, out);
    buf_text(out, ",\"results\":[");
    for (size_t i = 0; i < found->count; i++) {
        if (i)
            buf_char(out, ',');
        write_row(call, &found->items[i], out);
    }
    buf_text(out, "]}");
}

/* Where the page after this one begins; there always is one. */
struct after {
    int64_t at; /* wall clock, seconds */
    const char *id;
};

static struct after after(const struct call *call,
                          const struct chat_found *found)
{
    const struct chat_item *last;

    if (found->end_id)
        return (struct after){found->end_at, found->end_id};
    if (found->count == 0)
        return (struct after){call->start_time,
                              call->start_id ? call->start_id : ""};
    last = &found->items[found->count - 1];
    return (struct after){last->updated_at / 1000, last->id};
}

static void write_changes(const struct call *call,
                          const struct chat_found *found, struct buf *out)
{
    struct after end = after(call, found);

    buf_text(out, "{\"chats\":[");
    buf_add(out, buf_str(&call->taken), call->taken.len);
    write_chats(call, found, out);
    buf_format(out, "],\"count\":%zu,\"end_time\":%" PRId64 ",\"end_id\":",
               call->taken_count + found->count, end.at);
    write_id(call, end.id, out);
    begin_url(call, "next_page", CHANGES_PATH, out);
    buf_format(out, "?start_time=%" PRId64 "&start_id=", end.at);
    text_percent(out, end.id);
    if (call->limit)
        buf_format(out, "&limit=%" PRId64, call->limit);
    if (call->fields_text) {
        buf_text(out, "&fields=");
        text_percent(out, call->fields_text);
    }
    buf_text(out, "\"}");
}

bool call_take(void *context, const struct chat_item *item)
{
    struct call *call = context;

    if (!call->exchange)
        return false;
    if (call->taken_count++)
        buf_char(&call->taken, ',');
    write_chat(call, item, &call->taken);
    return buf_ok(&call->taken);
}

void call_write(const struct call *call, const struct chat_found *found,
                struct buf *out)
{
    switch (call->kind) {
    case CHAT_CALL_IDS:
        write_docs(call, found, out);
        break;
    case CHAT_CALL_LIST:
        write_list(call, found, out);
        break;
    case CHAT_CALL_SEARCH:
        write_search(call, found, out);
        break;
    case CHAT_CALL_CHANGES:
        write_changes(call, found, out);
        break;
    default:
        write_chat(call, &found->items[0], out);
    }
}

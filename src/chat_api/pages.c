/* The answers of the API: from what the store found to JSON. */
#include "chat_api/call.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#include "base/banned.h"

#define ANSWER_MAX  ((size_t)64 * 1024 * 1024)
#define PREVIEW_MAX 120
#define CHATS_PATH  "/api/v2/chat/chats"

static void write_one(const struct chat_found *found, struct buf *out)
{
    buf_add(out, found->items[0].json, found->items[0].json_len);
}

static void write_docs(const struct chat_found *found, struct buf *out)
{
    buf_format(out, "{\"count\":%zu,\"docs\":{", found->count);
    for (size_t i = 0; i < found->count; i++) {
        if (i)
            buf_char(out, ',');
        text_json(out, found->items[i].id);
        buf_char(out, ':');
        buf_add(out, found->items[i].json, found->items[i].json_len);
    }
    buf_text(out, "}}");
}

/* A list says that there is no such page by the text "null", a search by null:
 * so does the reference. */
static void write_list_url(const struct call *call, const char *name,
                           const char *cursor, struct buf *out)
{
    buf_format(out, ",\"%s\":", name);
    if (!cursor) {
        buf_text(out, "\"null\"");
        return;
    }
    buf_char(out, '"');
    buf_text(out, call->base_url);
    buf_text(out, CHATS_PATH);
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
    for (size_t i = 0; i < found->count; i++) {
        if (i)
            buf_char(out, ',');
        buf_add(out, found->items[i].json, found->items[i].json_len);
    }
    buf_format(out, "],\"count\":%" PRIu64, found->total);
    write_list_url(call, "next_url", found->next, out);
    write_list_url(call, "prev_url", found->previous, out);
    buf_char(out, '}');
}

static void write_search_url(const struct call *call, const char *name,
                             unsigned page, struct buf *out)
{
    buf_format(out, ",\"%s\":", name);
    if (page == 0) {
        buf_text(out, "null");
        return;
    }
    buf_char(out, '"');
    buf_text(out, call->base_url);
    buf_text(out, CHATS_PATH "/search?q=");
    text_percent(out, call->query);
    buf_format(out, "&page=%u\"", page);
}

/* The first words of a text, cut between characters. */
static void write_preview(const char *text, struct buf *out)
{
    char preview[PREVIEW_MAX + 1];
    size_t len = strnlen(text, PREVIEW_MAX + 1);

    if (len > PREVIEW_MAX)
        for (len = PREVIEW_MAX; ((unsigned char)text[len] & 0xC0) == 0x80;)
            len--;
    memcpy(preview, text, len);
    preview[len] = '\0';
    text_json(out, preview);
}

static void write_row(const struct call *call, const struct chat_item *item,
                      struct buf *out)
{
    char at[CLOCK_TEXT_SIZE];

    clock_format_seconds(item->at, at);
    buf_text(out, "{\"id\":");
    text_json(out, item->id);
    buf_text(out, ",\"preview\":");
    write_preview(item->text, out);
    buf_format(out, ",\"timestamp\":\"%s\",\"type\":\"%s\",\"url\":\"", at,
               item->type);
    buf_text(out, call->base_url);
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

static void write_found(const struct call *call, const struct chat_found *found,
                        struct buf *out)
{
    switch (call->kind) {
    case CHAT_CALL_IDS:
        write_docs(found, out);
        break;
    case CHAT_CALL_LIST:
        write_list(call, found, out);
        break;
    case CHAT_CALL_SEARCH:
        write_search(call, found, out);
        break;
    default:
        write_one(found, out);
    }
}

/* False: the store's answer was no success, and that was said. */
static bool succeeded(struct call *call, const struct chat_found *found)
{
    bool one = call->kind == CHAT_CALL_SHOW || call->kind == CHAT_CALL_CREATE;

    if (found->fate == CHAT_STORE_AWAY)
        call_error(call, 503, "ServiceUnavailable",
                   "Nothing was done; try again later");
    else if (found->fate == CHAT_STORE_NO_CURSOR)
        call_error(call, 400, "InvalidValue",
                   "cursor: follow next_url or prev_url of an answer");
    else if (one && found->count == 0)
        call_error(call, 404, "RecordNotFound", "There is no chat of that id");
    else
        return true;
    return false;
}

void call_found(void *context, const struct chat_found *found)
{
    struct call *call = context;
    struct chat_answer answer = {.status =
                                     call->kind == CHAT_CALL_CREATE ? 201 : 200,
                                 .content_type = CHAT_API_JSON};
    struct buf body;

    if (!succeeded(call, found))
        return;
    buf_init(&body, ANSWER_MAX);
    write_found(call, found, &body);
    answer.body = buf_str(&body);
    answer.len = body.len;
    if (buf_ok(&body))
        call_answer(call, &answer);
    else
        call_error(call, 500, "TooLarge", "The answer would be too large");
    buf_clear(&body);
}

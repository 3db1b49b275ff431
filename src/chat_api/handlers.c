/* The calls of the API: from a request to a question to the store. */
#include "chat_api/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"

#include "base/banned.h"

#define CURSOR_MAX 256
#define QUERY_MAX  4096
#define IDS_MAX    16384

static bool is_json(const char *content_type)
{
    return !content_type || strcasestr(content_type, "json");
}

void call_create(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct chat_complaints complaints;
    struct chat_draft draft;

    if (!is_json(http_header(call->exchange, "Content-Type"))) {
        call_error(call, 415, "UnsupportedMediaType",
                   "Send JSON, with Content-Type: application/json");
        return;
    }
    if (!chat_draft_read(http_body(call->exchange),
                         http_body_len(call->exchange), &draft, &complaints)) {
        call_complain(call, &complaints);
        return;
    }
    options->ops->create(options->store, &call->access,
                         &(struct chat_create){.draft = &draft}, call_found,
                         call);
    chat_draft_clear(&draft);
}

void call_list(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct buf cursor;

    buf_init(&cursor, CURSOR_MAX);
    if (!http_query_value(call->exchange, "cursor", &cursor))
        buf_reset(&cursor);
    options->ops->list(options->store, &call->access, buf_str(&cursor),
                       CHAT_API_PAGE, call_found, call);
    buf_clear(&cursor);
}

/* What "ids" asks for: each once, empty ones not at all. */
struct wanted {
    const char *ids[CHAT_IDS_MAX];
    size_t count;
};

/* False: too many. Cuts text into its ids. */
static bool want(struct wanted *wanted, char *text)
{
    char *id;

    while ((id = strsep(&text, ","))) {
        size_t i = 0;

        if (!*id)
            continue;
        while (i < wanted->count && strcmp(wanted->ids[i], id) != 0)
            i++;
        if (i < wanted->count)
            continue;
        if (wanted->count == CHAT_IDS_MAX)
            return false;
        wanted->ids[wanted->count++] = id;
    }
    return true;
}

void call_ids(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct wanted wanted = {.count = 0};
    struct buf text;
    char *list;

    buf_init(&text, IDS_MAX);
    if (!http_query_value(call->exchange, "ids", &text) || !buf_ok(&text)) {
        call_error(call, 400, "InvalidValue", "ids: cannot be decoded");
        buf_clear(&text);
        return;
    }
    list = buf_take(&text);
    if (want(&wanted, list))
        options->ops->get(options->store, &call->access, wanted.ids,
                          wanted.count, call_found, call);
    else
        call_error(call, 400, "InvalidValue", "ids: at most 50 in one request");
    free(list);
}

/* False: answered already. */
static bool read_page(struct call *call)
{
    struct buf text;
    int64_t page = 1;
    bool ok = true;

    buf_init(&text, 32);
    if (http_query_value(call->exchange, "page", &text))
        ok = buf_ok(&text) && text_int(buf_str(&text), 1, INT64_MAX, &page);
    buf_clear(&text);
    if (ok && page <= CHAT_API_PAGES) {
        call->page = (unsigned)page;
        return true;
    }
    call_error(call, 400, "InvalidValue",
               ok ? "page: a search has at most 250 pages; ask for a shorter "
                    "range of timestamps"
                  : "page: a whole number from 1 to 250 is expected");
    return false;
}

static bool read_query(struct call *call, struct search_query *query)
{
    struct error err = {0};
    struct buf text;
    bool ok = false;

    buf_init(&text, QUERY_MAX);
    if (!http_query_value(call->exchange, "q", &text))
        error_set(&err, ERROR_INPUT, "q: say what to search for");
    else if (!buf_ok(&text))
        error_set(&err, ERROR_INPUT, "q: longer than %d bytes", QUERY_MAX);
    else if (!text_utf8_ok(buf_str(&text), text.len))
        error_set(&err, ERROR_INPUT, "q: not UTF-8");
    else
        ok = search_query_parse(buf_str(&text), query, &err);
    call->query = buf_take(&text);
    if (!ok)
        call_error(call, 400, "InvalidQuery", err.text);
    return ok;
}

void call_search(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct search_query query;

    if (!read_page(call) || !read_query(call, &query))
        return;
    options->ops->search(
        options->store, &call->access,
        &(struct chat_search){.query = &query,
                              .skip = (size_t)(call->page - 1) * CHAT_API_PAGE,
                              .limit = CHAT_API_PAGE},
        call_found, call);
    search_query_clear(&query);
}

void call_show(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    const char *encoded = strrchr(http_path(call->exchange), '/') + 1;
    const char *ids[1];
    struct buf id;

    buf_init(&id, CHAT_ID_MAX);
    if (!text_percent_decode(encoded, strlen(encoded), false, &id) ||
        !buf_ok(&id)) {
        call_error(call, 404, "RecordNotFound", "There is no chat of that id");
    } else {
        ids[0] = buf_str(&id);
        options->ops->get(options->store, &call->access, ids, 1, call_found,
                          call);
    }
    buf_clear(&id);
}

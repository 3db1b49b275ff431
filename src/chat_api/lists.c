/* The calls that go from page to page: list, search, the changes. */
#include "chat_api/call.h"

#include <stdlib.h>

#include "base/text.h"
#include "chat/chat_reader.h"
#include "chat_api/param.h"

#include "base/banned.h"

#define CURSOR_MAX 256
#define QUERY_MAX  4096
#define FIELDS_MAX 4096
/* Of a page that a store reads slice by slice: a thousand long messages. Who
 * reads slowly has it kept for him, and so may others. */
#define TAKEN_MAX ((size_t)16 * 1024 * 1024)
#define LAST_TIME INT64_C(253402300799) /* the end of the year 9999 */

void call_list(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    char *cursor;

    if (!param_text(call, "cursor", CURSOR_MAX, &cursor))
        return;
    options->ops->list(options->store, &call->access, cursor ? cursor : "",
                       CHAT_API_PAGE, call_found, call);
    free(cursor);
}

/* False: it was answered. */
static bool read_page(struct call *call)
{
    int64_t page = 1;
    char *text;
    bool ok;

    if (!param_text(call, "page", CURSOR_MAX, &text))
        return false;
    ok = !text || text_int(text, 1, INT64_MAX, &page);
    free(text);
    if (ok && page <= CHAT_API_PAGES) {
        call->page = (unsigned)page;
        return true;
    }
    param_refuse(call, "page",
                 ok ? "a search has at most %d pages; ask for a shorter range "
                      "of timestamps"
                    : "a whole number from 1 to %d is expected",
                 CHAT_API_PAGES);
    return false;
}

/* False: it was answered. */
static bool read_query(struct call *call, struct search_query *query)
{
    struct error err;

    if (!param_text(call, "q", QUERY_MAX, &call->query))
        return false;
    if (!call->query) {
        param_refuse(call, "q", "say what to search for");
        return false;
    }
    if (!search_query_parse(call->query, query, &err)) {
        call_error(call, 400, "InvalidQuery", err.text);
        return false;
    }
    return true;
}

void call_search(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct search_query query;
    struct chat_search search = {.query = &query, .limit = CHAT_API_PAGE};

    if (!read_page(call) || !read_query(call, &query))
        return;
    search.skip = (size_t)(call->page - 1) * CHAT_API_PAGE;
    options->ops->search(options->store, &call->access, &search, call_found,
                         call);
    search_query_clear(&query);
}

/* Without a start it begins with the oldest. False: it was answered. */
static bool read_start(struct call *call)
{
    call->start_time = 0;
    return (!param_given(call->exchange, "start_time") ||
            param_number(call, "start_time", 0, LAST_TIME,
                         &call->start_time)) &&
           param_text(call, "start_id", CHAT_ID_MAX, &call->start_id);
}

/* False: it was answered. */
static bool read_fields(struct call *call)
{
    struct error err;

    if (!param_text(call, "fields", FIELDS_MAX, &call->fields_text))
        return false;
    if (!call->fields_text || pick_read(call->fields_text, &call->pick, &err))
        return true;
    param_refuse(call, "fields", "%s", err.text);
    return false;
}

void call_changes(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct chat_since since = {.limit = CHAT_API_CHANGES, .take = call_take};

    if (!read_start(call) ||
        !param_number(call, "limit", 1, CHAT_API_CHANGES, &call->limit) ||
        !read_fields(call))
        return;
    since.start_time = call->start_time;
    since.start_id = call->start_id ? call->start_id : "";
    buf_init(&call->taken, TAKEN_MAX);
    if (call->limit)
        since.limit = (size_t)call->limit;
    options->ops->changes(options->store, &call->access, &since, call_found,
                          call);
}

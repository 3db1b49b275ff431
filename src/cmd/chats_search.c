/*
 * `afterhours chats search`: page after page, newest first; a search that finds
 * more than 250 pages hold is cut by time.
 */
#include "cmd/chats_cut.h"
#include "cmd/chats_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"

#include "base/banned.h"

#define QUERY_MAX ((size_t)16 * 1024)
#define PAGES_MAX 250
#define ID_BATCH  CHAT_IDS_MAX

struct search {
    struct chats_link *link;
    struct chats_out out;
    struct chats_cut cut;
    struct chats_span piece; /* under way */
    json_t *rows;            /* of the piece under way */
    struct chats_seen ids;   /* of the piece: pages shift when chats come in */
    json_t *wanted;          /* --full: ids whose chats are to be fetched */
    json_t *missing;         /* --full: found, but not to be had */
    size_t found;
    int64_t total; /* of all pieces, as the first answer says */
    bool more;     /* there are others than those that were wanted */
};

static size_t left(const struct search *search)
{
    return search->link->options->limit - search->found -
           json_array_size(search->rows);
}

static void take_rows(struct search *search, const struct chat_list *page)
{
    char id[CHAT_ID_MAX + 1];
    size_t index;
    json_t *row;

    json_array_foreach(page->items, index, row)
    {
        if (!chat_own_id(row, id) || !chats_seen_add(&search->ids, id))
            continue;
        search->more = left(search) == 0;
        if (search->more)
            return;
        json_array_append(search->rows, row);
    }
}

/* The page that follows number; 0: none. One that does not lead on is wrong. */
static bool next_page(const struct search *search, const struct chat_next *next,
                      unsigned *number, struct error *err)
{
    int64_t named = *number + 1;

    if (next->kind == CHAT_NEXT_NONE)
        named = 0;
    else if (next->kind == CHAT_NEXT_PAGE &&
             (!text_int(next->value, 1, INT32_MAX, &named) || named <= *number))
        return error_set(err, ERROR_FAILED,
                         "%s: its pages lead in a circle: behind page %u it "
                         "names page %s",
                         search->link->base_url, *number, next->value);
    *number = (unsigned)named;
    return true;
}

static bool ask_page(struct search *search, const char *query, unsigned number,
                     struct chat_list *page, struct error *err)
{
    struct http_request request;

    chat_request_search(&request, &search->link->endpoint, query, number);
    if (!chats_ask_list(search->link, &request, chat_list_read_search, page,
                        err))
        return false;
    if (search->total < 0)
        search->total = page->count;
    return true;
}

enum step_kind { STEP_FAILED, STEP_ON, STEP_DONE, STEP_TOO_MANY };

static void show_progress(const struct search *search)
{
    size_t limit = search->link->options->limit;
    int64_t total = search->total;

    if (total >= 0 && (uint64_t)total > limit)
        total = (int64_t)limit;
    chats_progress_set(&search->link->progress,
                       search->found + json_array_size(search->rows), total);
}

/*
 * What is still wanted goes beyond what one search can find. A server that
 * counts no further than that says so by just that number.
 */
static bool is_too_many(const struct search *search,
                        const struct chat_list *page)
{
    bool one_second = search->piece.from == search->piece.to;

    return search->link->options->limit - search->found > CHATS_CUT_MAX &&
           (page->count > CHATS_CUT_MAX ||
            (page->count == CHATS_CUT_MAX && !one_second));
}

/* One page of a piece; *number becomes that of the next one. */
static enum step_kind walk_page(struct search *search, const char *query,
                                unsigned *number, struct error *err)
{
    struct chat_list page;
    enum step_kind step = STEP_ON;

    if (!ask_page(search, query, *number, &page, err))
        return STEP_FAILED;
    if (!next_page(search, &page.next, number, err)) {
        step = STEP_FAILED;
    } else if (is_too_many(search, &page)) {
        step = STEP_TOO_MANY;
    } else {
        take_rows(search, &page);
        if (*number == 0 || left(search) == 0)
            step = STEP_DONE;
        if (*number != 0 && left(search) == 0)
            search->more = true;
    }
    show_progress(search);
    chat_list_clear(&page);
    return step;
}

static bool too_many_pages(const struct search *search, struct error *err)
{
    return error_set(err, ERROR_FAILED,
                     "%s: there are more than %d pages, and the server does "
                     "not say how many chats; narrow the search by "
                     "timestamp:[FROM TO TO]",
                     search->link->base_url, PAGES_MAX);
}

/* *fits is false when the piece has to be cut. */
static bool walk_piece(struct search *search, bool *fits, struct error *err)
{
    enum step_kind step = STEP_ON;
    unsigned number = 1;
    struct buf query;

    buf_init(&query, QUERY_MAX);
    chats_cut_query(&search->cut, &search->piece, &query);
    while (step == STEP_ON && number <= PAGES_MAX)
        step = walk_page(search, buf_str(&query), &number, err);
    buf_clear(&query);
    *fits = step != STEP_TOO_MANY;
    if (step == STEP_ON)
        return too_many_pages(search, err);
    return step != STEP_FAILED;
}

static const char *instant_of(const json_t *row)
{
    const char *text = json_string_value(json_object_get(row, "timestamp"));

    return text ? text : "";
}

struct sorted {
    json_t *row; /* borrowed */
    size_t place;
};

/* Newest first; at the same second as the server has them. */
static int compare(const void *a, const void *b)
{
    const struct sorted *one = a, *other = b;
    int order = strcmp(instant_of(other->row), instant_of(one->row));

    if (order != 0)
        return order;
    return one->place < other->place ? -1 : 1;
}

static void sort_rows(json_t *rows)
{
    size_t count = json_array_size(rows);
    struct sorted *list = NEW_ARRAY(count + 1, struct sorted);
    json_t *sorted = json_array();

    for (size_t i = 0; i < count; i++)
        list[i] = (struct sorted){json_array_get(rows, i), i};
    qsort(list, count, sizeof(*list), compare);
    for (size_t i = 0; i < count; i++)
        json_array_append(sorted, list[i].row);
    json_array_clear(rows);
    json_array_extend(rows, sorted);
    json_decref(sorted);
    free(list);
}

static bool fetch_wanted(struct search *search, size_t least, struct error *err)
{
    bool ok;

    if (json_array_size(search->wanted) < least)
        return true;
    ok = chats_fetch(search->link, search->wanted, &search->out,
                     search->missing, err);
    json_array_clear(search->wanted);
    return ok;
}

static bool print_row(struct search *search, const json_t *row,
                      struct error *err)
{
    char id[CHAT_ID_MAX + 1];

    if (!search->link->options->full)
        return chats_out_add(&search->out, row, err);
    if (chat_own_id(row, id))
        json_array_append_new(search->wanted, json_string(id));
    return fetch_wanted(search, ID_BATCH, err);
}

/* The rows of a piece that was walked to its end. */
static bool print_rows(struct search *search, struct error *err)
{
    size_t index;
    json_t *row;

    sort_rows(search->rows);
    search->found += json_array_size(search->rows);
    json_array_foreach(search->rows, index, row)
    {
        if (!print_row(search, row, err))
            return false;
    }
    return true;
}

static bool cannot_cut(const struct chats_span *piece, struct error *err)
{
    char at[CLOCK_TEXT_SIZE];

    clock_format_seconds(piece->from == INT64_MIN ? 0 : piece->from * 1000, at);
    return error_set(err, ERROR_FAILED,
                     "more than %d chats fit within one second, %s: a search "
                     "cannot find them all; add words to it, or use "
                     "'afterhours chats export'",
                     CHATS_CUT_MAX, at);
}

static bool walk(struct search *search, struct error *err)
{
    bool fits;

    while (left(search) > 0 && chats_cut_next(&search->cut, &search->piece)) {
        bool ok = walk_piece(search, &fits, err);

        if (ok && fits)
            ok = print_rows(search, err);
        else if (ok && !chats_cut_halve(&search->cut, &search->piece))
            ok = cannot_cut(&search->piece, err);
        json_array_clear(search->rows);
        chats_seen_clear(&search->ids);
        if (!ok)
            return false;
    }
    return fetch_wanted(search, 1, err);
}

bool chats_search_check(const struct chats_options *options, struct error *err)
{
    if (options->count != 1 || !*options->arguments[0])
        return error_set(err, ERROR_USAGE,
                         "give one query, in quotation marks for the shell: "
                         "'visitor_email:ada@example.org AND invoice'");
    if (strlen(options->arguments[0]) > QUERY_MAX / 2)
        return error_set(err, ERROR_USAGE, "the query is longer than %zu bytes",
                         QUERY_MAX / 2);
    if (!text_utf8_ok(options->arguments[0], strlen(options->arguments[0])))
        return error_set(err, ERROR_USAGE, "the query is not UTF-8");
    return true;
}

bool chats_search(struct chats_link *link, const struct chats_options *options,
                  struct error *err)
{
    struct search search = {.link = link,
                            .rows = json_array(),
                            .wanted = json_array(),
                            .missing = json_array(),
                            .total = -1};
    bool ok;

    chats_cut_begin(&search.cut, options->arguments[0]);
    chats_out_begin(&search.out, link, !options->full);
    ok = walk(&search, err);
    chats_out_end(&search.out, ok, search.more);
    ok = ok && chats_say_missing(search.missing, err);
    chats_seen_clear(&search.ids);
    json_decref(search.rows);
    json_decref(search.wanted);
    json_decref(search.missing);
    return ok;
}

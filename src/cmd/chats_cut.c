/* Searches cut by time. See chats_cut.h. */
#include "cmd/chats_cut.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "chat/search_query.h"

#include "base/banned.h"

/* Between these an open piece is cut first; what lies beyond stays with the
 * outermost pieces. */
#define EARLIEST INT64_C(0)          /* 1970 */
#define LATEST   INT64_C(4102444800) /* 2100 */

static int64_t floor_seconds(int64_t ms)
{
    return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
}

/* The span outside which the query finds nothing anyway. */
static struct chats_span span_of(struct chats_cut *cut)
{
    struct chats_span span = {INT64_MIN, INT64_MAX};
    struct search_query query;
    int64_t from, to;

    cut->foreign = !search_query_parse(cut->query, &query, NULL);
    if (cut->foreign)
        return span;
    search_query_span(&query, &from, &to);
    search_query_clear(&query);
    if (from != INT64_MIN)
        span.from = floor_seconds(from);
    if (to != INT64_MAX)
        span.to = floor_seconds(to);
    return span;
}

void chats_cut_begin(struct chats_cut *cut, const char *query)
{
    memset(cut, 0, sizeof(*cut));
    cut->query = query;
    cut->pieces[0] = span_of(cut);
    cut->count = 1;
}

bool chats_cut_next(struct chats_cut *cut, struct chats_span *piece)
{
    if (cut->count == 0)
        return false;
    *piece = cut->pieces[--cut->count];
    return true;
}

bool chats_cut_halve(struct chats_cut *cut, const struct chats_span *piece)
{
    int64_t from = piece->from, to = piece->to, middle;

    if (from == INT64_MIN && to > EARLIEST)
        from = EARLIEST;
    if (to == INT64_MAX && from < LATEST)
        to = LATEST;
    if (from == INT64_MIN || to == INT64_MAX || from >= to)
        return false;
    assert(cut->count + 2 <= CHATS_CUT_DEPTH);
    middle = from + (to - from) / 2;
    cut->pieces[cut->count++] = (struct chats_span){piece->from, middle};
    cut->pieces[cut->count++] = (struct chats_span){middle + 1, piece->to};
    cut->cut = true;
    return true;
}

static void add_end(struct buf *out, int64_t seconds)
{
    char text[CLOCK_TEXT_SIZE];

    if (seconds == INT64_MIN || seconds == INT64_MAX) {
        buf_char(out, '*');
        return;
    }
    clock_format_seconds(seconds * 1000, text);
    buf_text(out, text);
}

void chats_cut_query(const struct chats_cut *cut,
                     const struct chats_span *piece, struct buf *out)
{
    if (!cut->cut) {
        buf_text(out, cut->query);
        return;
    }
    /* Ours needs no parentheses; in another, AND may bind more than it should.
     */
    buf_format(out, cut->foreign ? "(%s)" : "%s", cut->query);
    buf_text(out, " AND timestamp:[");
    add_end(out, piece->from);
    buf_text(out, " TO ");
    add_end(out, piece->to);
    buf_char(out, ']');
}

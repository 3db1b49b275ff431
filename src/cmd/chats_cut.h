/*
 * A search finds at most 10 000 chats. One that has more is cut by time: into
 * halves, and these into halves, until each piece has few enough. Pieces are
 * whole seconds, do not overlap, leave nothing out, and come newest first. No
 * I/O here.
 */
#ifndef CMD_CHATS_CUT_H
#define CMD_CHATS_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"

#define CHATS_CUT_MAX 10000

/* Both ends included; Unix seconds; INT64_MIN, INT64_MAX: open. */
struct chats_span {
    int64_t from, to;
};

/* More than halvings of all the time there is, so it is never full. */
#define CHATS_CUT_DEPTH 80

struct chats_cut {
    const char *query; /* borrowed */
    struct chats_span pieces[CHATS_CUT_DEPTH];
    size_t count; /* pieces that are to come; the last one is next */
    bool cut;     /* into more than one */
    bool foreign; /* the query is not of the language we know */
};

/* Begins with one piece: the whole query. */
void chats_cut_begin(struct chats_cut *cut, const char *query);

/* The next piece; false when there is none. */
must_check bool chats_cut_next(struct chats_cut *cut, struct chats_span *piece);

/* Puts both halves of a piece before all others. False: it is one second. */
must_check bool chats_cut_halve(struct chats_cut *cut,
                                const struct chats_span *piece);

/* The query that finds the chats of a piece. */
void chats_cut_query(const struct chats_cut *cut,
                     const struct chats_span *piece, struct buf *out);

#endif

/*
 * How the store is built. For store.c and store_search.c only.
 *
 * Chats lie in blocks in the order of their creation; each block knows the
 * span of its timestamps, so that a search for a short range skips most of
 * them, and how many of its chats are there.
 */
#ifndef SANDBOX_STORE_PARTS_H
#define SANDBOX_STORE_PARTS_H

#include "sandbox/changes.h"
#include "sandbox/ids.h"
#include "sandbox/index.h"
#include "sandbox/store.h"

#define BLOCK_CHATS 1024

struct block {
    int64_t first_at, last_at; /* span of the timestamps in it */
    size_t live;               /* chats that are there */
    struct stored chats[BLOCK_CHATS];
};

struct store {
    struct block **blocks; /* owned, each too */
    size_t end;            /* places taken */
    size_t count;          /* chats that are there */
    struct index by_id, by_session;
    struct index by_email; /* the newest of each */
    struct changes changes;
    size_t duplicates;
    int64_t next_ticket;
    struct ids ids;
};

static inline size_t store_blocks(const struct store *store)
{
    return (store->end + BLOCK_CHATS - 1) / BLOCK_CHATS;
}

#endif

/*
 * The sandbox's chats, in memory: found by id, listed by age, searched by time
 * and words. A million of them are no trouble.
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "chat/chat_draft.h"
#include "chat/search_query.h"

struct store_options {
    uint64_t seed;
    int64_t ticket_delay_ms; /* from creation to the ticket */
    double no_ticket;        /* share of chats that never get one */
    int64_t search_lag_ms;   /* from creation to being found */
};

struct stored {
    char *texts; /* owned; the texts are parts of it */
    const char *id;
    const char *session_id, *name, *email, *message;
    const char *rest; /* the other members, see chat_draft_rest() */
    size_t rest_len;
    int64_t created_at; /* wall clock, ms; so are the others */
    int64_t at, end_at; /* as posted */
    int64_t ticket_id;  /* 0: it never gets one */
    int64_t ticket_at;  /* when the ticket shows */
    uint32_t older;     /* the chat before it with that email; see index.h */
};

struct store;

struct store *store_new(const struct store_options *options);
void store_free(struct store *store);

/* A new chat. Borrowed until the store is freed. */
const struct stored *store_add(struct store *store,
                               const struct chat_draft *draft, int64_t now);

/* A chat that was written down earlier. False: its id is there already. */
must_check bool store_restore(struct store *store,
                              const struct chat_draft *draft,
                              const struct stored *facts);

size_t store_count(const struct store *store);
const struct stored *store_at(const struct store *store, size_t number);
const struct stored *store_find(const struct store *store, const char *id);

/* Its ticket as it shows now; 0: none yet. */
int64_t store_ticket(const struct stored *stored, int64_t now);

/* How many different session ids there are, and how many chats came with one
 * that was there before. Empty ones do not count. */
size_t store_sessions(const struct store *store);
size_t store_duplicates(const struct store *store);

#define STORE_HITS_MAX 50

struct store_hits {
    const struct stored *list[STORE_HITS_MAX];
    size_t count;
    uint64_t total; /* how many match in all */
};

/* Newest first: of those that match, up to limit after skip. */
void store_search(const struct store *store, const struct search_query *query,
                  int64_t now, size_t skip, size_t limit,
                  struct store_hits *hits);

#endif

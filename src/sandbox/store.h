/*
 * The sandbox's chats, in memory: found by id, listed by age, searched by time
 * and words, exported by their last change. A million of them are no trouble.
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "chat/chat_facts.h"
#include "chat/chat_reader.h"
#include "chat/search_query.h"

struct stored {
    void *memory; /* owned; the texts and lists are parts of it */
    const char *id;
    const char *session_id;
    const char *preview; /* what was said first */
    const char *rest;    /* members but id and ticket, without braces */
    size_t rest_len;
    struct search_subject subject;
    enum chat_kind kind;
    int64_t created_at; /* wall clock, ms; so are the others */
    int64_t updated_at;
    int64_t ticket_id;     /* 0: it never gets one */
    int64_t ticket_at;     /* when the ticket shows */
    uint32_t older, newer; /* chats of that email; see index.h */
    uint32_t version;      /* counts its changes */
    bool gone;             /* deleted: only id, session_id, times are left */
};

/* What the store is told of a chat. All borrowed. */
struct arrival {
    const char *id;                 /* NULL or "": one is made */
    const struct chat_facts *facts; /* but id, updated_at and ticket_id */
    const char *rest;
    size_t rest_len;
    int64_t created_at, updated_at;
    int64_t ticket_id, ticket_at;
};

struct store;

/* The seed decides what ids look like; 0: chance does. */
struct store *store_new(uint64_t seed);
void store_free(struct store *store);
/* Forgets all chats; its counts of sessions too. */
void store_empty(struct store *store);

/* Whether ids that are made are digits only. */
void store_make_digits(struct store *store, bool digits);

/* The next ticket's number; each is given once. */
int64_t store_new_ticket(struct store *store);

/* A new chat. NULL: its id is there already. */
const struct stored *store_add(struct store *store,
                               const struct arrival *arrival);

/* Another text, other facts for a chat that is there. */
void store_change(struct store *store, const struct stored *stored,
                  const struct arrival *arrival);

void store_remove(struct store *store, const struct stored *stored);

size_t store_count(const struct store *store); /* that are there */

/* Places go from 0 to store_end(); those that are gone are among them. */
size_t store_end(const struct store *store);
const struct stored *store_at(const struct store *store, size_t place);

/* The place of the newest chat before that place, or of the oldest from it on;
 * store_end() when there is none. */
size_t store_before(const struct store *store, size_t place);
size_t store_from(const struct store *store, size_t place);

const struct stored *store_find(const struct store *store, const char *id);

/* Its ticket as it shows now; 0: none yet. */
int64_t store_ticket(const struct stored *stored, int64_t now);

/* How many different session ids there were, and how many chats came with one
 * that was there before. Empty ones do not count. */
size_t store_sessions(const struct store *store);
size_t store_duplicates(const struct store *store);

struct store_since {
    int64_t start;        /* the second (since 1970) it begins with */
    const char *start_id; /* of that second only what comes after it; "": all */
    int64_t before;       /* only what changed before; wall clock, ms. Within a
                             running second a chat may change twice, and hide
                             what changed between from who asks after its id */
    size_t limit;
};

/* Chats that changed then, oldest change first. How many went to list. */
size_t store_changes(const struct store *store, const struct store_since *since,
                     const struct stored **list);

#define STORE_HITS_MAX 50

struct store_hits {
    const struct stored *list[STORE_HITS_MAX];
    size_t count;
    uint64_t total; /* how many match in all */
};

struct store_look {
    const struct search_query *query;
    int64_t created_before; /* later ones are not found yet; wall clock, ms */
    size_t skip, limit;
};

/* Newest first: of those that match, up to limit after skip. */
void store_search(const struct store *store, const struct store_look *look,
                  struct store_hits *hits);

#endif

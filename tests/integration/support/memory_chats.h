/*
 * The smallest store of chats that does all the Chats API can ask: an array of
 * JSON objects. What it says can be fixed, or kept back for a while.
 */
#ifndef SUPPORT_MEMORY_CHATS_H
#define SUPPORT_MEMORY_CHATS_H

#include <jansson.h>

#include "chat_api/chat_api.h"

struct memory_chats {
    json_t *chats; /* oldest first; memory_chats_init() makes it */
    json_t *keys;  /* Idempotency-Key: {"id", "draft"} */
    int64_t now;   /* wall clock, ms: of what is created and updated */
    unsigned created;
    enum chat_store_fate fate; /* but OK: it is all that is said */
    uint64_t more;             /* search: what it says to have besides */
    const char *end_id;        /* changes: where they end, unless NULL */
    const void *who;           /* of the last call */
    size_t asked;              /* how often an operation was called */
    bool later;                /* answers only by memory_chats_release() */
    chat_store_done *done;     /* the one kept back, or NULL */
    void *done_context;
};

extern const struct chat_store_ops memory_chats_ops;

void memory_chats_init(struct memory_chats *store);
void memory_chats_clear(struct memory_chats *store);
/* A chat as JSON text, normalised; its update_timestamp is when it changed. */
void memory_chats_add(struct memory_chats *store, const char *json);
/* The answer that was kept back: there is nothing. */
void memory_chats_release(struct memory_chats *store);

#endif

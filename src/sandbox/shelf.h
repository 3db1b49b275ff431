/*
 * The sandbox's store as the Chats API wants it: see struct chat_store_ops. And
 * the way in for chats that nobody created: examples, seeds, those of a test.
 */
#ifndef SANDBOX_SHELF_H
#define SANDBOX_SHELF_H

#include "base/buf.h"
#include "base/error.h"
#include "chat_api/chat_api.h"
#include "sandbox/chance.h"
#include "sandbox/manner.h"
#include "sandbox/state_file.h"
#include "sandbox/store.h"

struct json_t; /* jansson's */

struct shelf {
    struct store *store;         /* borrowed */
    struct state_file *file;     /* borrowed, or NULL */
    const struct manner *manner; /* borrowed; may change */
    int64_t (*now)(void);        /* wall clock, ms */
    enum chat_call call;         /* the one under way; the caller sets it */
    struct chance for_tickets;
    struct buf text; /* the chats of the answer being made */
    struct buf rest; /* of the chat being created */
    struct chat_item items[CHAT_API_CHANGES];
    size_t starts[CHAT_API_CHANGES]; /* of each one's JSON in text */
    size_t count;
};

/* Fills in what is NULL. */
void shelf_init(struct shelf *shelf, uint64_t seed);
void shelf_clear(struct shelf *shelf);

/*
 * Any chat, shown as it is here. Without an id it is given one; its ticket is
 * the one it names, none when that is null, and one as for every chat when it
 * does not speak of it. chat is brought into shape. NULL: see err.
 */
const struct stored *shelf_take_in(struct shelf *shelf, struct json_t *chat,
                                   struct error *err);
/* A text with one of them, or with an array. *count: how many were taken in,
 * also when it ends with an error. */
must_check bool shelf_take_in_text(struct shelf *shelf, const char *json,
                                   size_t len, size_t *count,
                                   struct error *err);

/* Forgets all chats, in the file too. */
void shelf_empty(struct shelf *shelf);

/* The ways in end here. A ticket after a while, or never; and the chat into the
 * store and its file. NULL: its id is there already. */
void shelf_promise_ticket(struct shelf *shelf, struct arrival *arrival);
const struct stored *shelf_put(struct shelf *shelf,
                               const struct arrival *arrival);

/* Its store argument is the shelf. Answers before it returns. */
extern const struct chat_store_ops shelf_ops;

#endif

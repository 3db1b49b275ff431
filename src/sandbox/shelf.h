/* The sandbox's store as the Chats API wants it: see struct chat_store_ops. */
#ifndef SANDBOX_SHELF_H
#define SANDBOX_SHELF_H

#include "base/buf.h"
#include "chat_api/chat_api.h"
#include "sandbox/state_file.h"
#include "sandbox/store.h"

struct shelf {
    struct store *store;     /* borrowed */
    struct state_file *file; /* borrowed, or NULL */
    int64_t (*now)(void);    /* wall clock, ms */
    struct buf text;         /* the chats of the answer being made */
};

void shelf_init(struct shelf *shelf, struct store *store,
                struct state_file *file, int64_t (*now)(void));
void shelf_clear(struct shelf *shelf);

/* Its store argument is the shelf. Answers before it returns. */
extern const struct chat_store_ops shelf_ops;

#endif

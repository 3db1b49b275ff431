/*
 * The parameter fields: which properties of a chat are shown. Private to
 * chat_api/.
 */
#ifndef CHAT_API_PICK_H
#define CHAT_API_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_property.h"

struct pick {
    const struct chat_property **list; /* owned, not what it points to */
    size_t count;                      /* 0: all of them */
};

/*
 * "id,visitor.email", "chats(id,visitor)", "*", "chats(*)": names of the table
 * of properties. pick is all zero before.
 */
must_check bool pick_read(const char *text, struct pick *pick,
                          struct error *err);
void pick_clear(struct pick *pick);

/* A new object with only what is asked for and there. Its parts are shared. */
json_t *pick_apply(const struct pick *pick, const json_t *chat);

#endif

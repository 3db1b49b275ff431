/*
 * The body of Update Chat: flat, with dotted names, {"visitor.name": "Joe"}.
 * Read and checked by the table of properties; laid over a chat.
 */
#ifndef CHAT_CHAT_UPDATE_H
#define CHAT_CHAT_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "chat/chat_complaints.h"
#include "chat/chat_property.h"

struct json_t; /* jansson's */

/* Each member is known, of its type, and writable in at least one kind. */
struct chat_update {
    struct json_t *members; /* owned: flat, by their dotted names */
};

must_check bool chat_update_read(const char *body, size_t len,
                                 struct chat_update *update,
                                 struct chat_complaints *complaints);
void chat_update_clear(struct chat_update *update);

/* Whether all of it may be written in a chat of that kind. */
must_check bool chat_update_fits(const struct chat_update *update,
                                 enum chat_kind kind,
                                 struct chat_complaints *complaints);

/*
 * Lays it over chat, an object, whose update_timestamp becomes now (wall clock,
 * ms). Ask chat_update_fits() first.
 */
void chat_update_apply(const struct chat_update *update, struct json_t *chat,
                       int64_t now);

#endif

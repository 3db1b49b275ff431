/* Chats for tests of the sandbox's store. */
#ifndef SUPPORT_SANDBOX_CHATS_H
#define SUPPORT_SANDBOX_CHATS_H

#include <stdint.h>

#include <jansson.h>

#include "sandbox/store.h"

#define NOW INT64_C(1412832515678)

/* A chat like those of Create Chat; email NULL: joe's. */
json_t *sandbox_message(const char *session_id, const char *email, int64_t at);

/* With this id; NULL: one is made. Its ticket's number is ticket, and shows two
 * seconds later. Releases the chat. */
const struct stored *sandbox_put(struct store *store, json_t *chat,
                                 const char *id, int64_t ticket, int64_t now);

/* Joe's, with the next ticket. */
const struct stored *sandbox_add(struct store *store, const char *session_id,
                                 int64_t at, int64_t now);

void sandbox_give_email(struct store *store, const struct stored *stored,
                        const char *email, int64_t now);

#endif

/* A chat that is a JSON object, as the store wants it. */
#ifndef SANDBOX_ADOPT_H
#define SANDBOX_ADOPT_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "sandbox/store.h"

struct json_t; /* jansson's */

/* Owns the texts that its arrival borrows. */
struct adopted {
    struct json_t *chat; /* owned; of it are the texts of the facts */
    struct chat_facts facts;
    struct buf rest; /* as it came, but for id and zendesk_ticket_id */
};

/* Brings chat into shape, for the facts; takes a reference. False: it is no
 * chat. Otherwise it is cleared by adopted_clear(). */
must_check bool adopted_init(struct adopted *adopted, struct json_t *chat,
                             struct error *err);
void adopted_clear(struct adopted *adopted);

/* The stored chat's members but id and ticket, to be changed; owned. */
struct json_t *adopt_back(const struct stored *stored);

#endif

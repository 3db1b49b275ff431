/* The access token that all workers share in Redis, for commands. */
#ifndef CMD_SHARED_TOKEN_H
#define CMD_SHARED_TOKEN_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/secret.h"
#include "cmd/session.h"
#include "net/http_client.h"

#define SHARED_WHY_SIZE 256

/* Why there is none. */
struct shared_trouble {
    bool refused; /* nor will there be: a person must mend it */
    char why[SHARED_WHY_SIZE];
};

/*
 * As a worker would: the one there is, or a new one, which is stored before it
 * is used. refused: another one than this, which was answered 401; empty:
 * whichever. The session is connected; the destination is one with oauth.
 */
must_check bool shared_token_get(struct session *session,
                                 struct http_client *client,
                                 const struct settings_destination *destination,
                                 const struct secret *refused,
                                 struct secret *token,
                                 struct shared_trouble *trouble);

#endif

/*
 * POST /oauth2/chat/token: a refresh token for a new access token. Each is good
 * once: whoever loses the answer has lost the token.
 */
#ifndef SANDBOX_OAUTH_H
#define SANDBOX_OAUTH_H

#include <stdint.h>

#include "base/buf.h"
#include "net/http_server.h"
#include "sandbox/tokens.h"

#define OAUTH_PATH "/oauth2/chat/token"

/* Does what is asked; the status, and the JSON that goes with it. now: boot
 * clock, ms. lifetime_ms 0: two hours. */
int oauth_exchange(struct tokens *tokens, const struct http_exchange *exchange,
                   int64_t lifetime_ms, int64_t now, struct buf *out);

#endif

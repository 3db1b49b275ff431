/*
 * Zendesk Chat's token endpoint, as pure values: the refresh grant of OAuth 2
 * (RFC 6749, 6), asked and answered. A refresh token is good once.
 */
#ifndef CHAT_CHAT_TOKEN_H
#define CHAT_CHAT_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/http_message.h"
#include "base/secret.h"

struct chat_refresh {
    const char *base_url, *client_id, *scope; /* borrowed */
    const struct secret *client_secret, *refresh_token;
    const char *ca; /* borrowed or NULL */
    int64_t timeout_ms;
};

/* POST /oauth2/chat/token; marked once. */
void chat_request_token(struct http_request *request,
                        const struct chat_refresh *refresh);

struct chat_token {
    struct secret access;
    struct secret refresh; /* empty: the old one is still good */
    int64_t lifetime_ms;   /* 0: it does not say */
};

/* False, and nothing to clear, when there is no token in it that could be
 * sent. */
must_check bool chat_read_token(const char *body, size_t len,
                                struct chat_token *token);
void chat_token_clear(struct chat_token *token);

#define CHAT_TOKEN_ERROR_SIZE 41

/* What a refusal calls itself, such as "invalid_grant"; "" if it does not. */
void chat_read_token_error(const char *body, size_t len,
                           char error[CHAT_TOKEN_ERROR_SIZE]);

#endif

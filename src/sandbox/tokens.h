/*
 * Who may call: access tokens with a role and scopes, that may end after a
 * while, and refresh tokens, each good for one new access token.
 */
#ifndef SANDBOX_TOKENS_H
#define SANDBOX_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "chat_api/chat_api.h"
#include "sandbox/chance.h"

#define TOKEN_ISSUED_SIZE 41

enum scope { SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_CHAT = 4, SCOPE_ALL = 7 };

struct token {
    char *text; /* owned */
    bool refresh;
    enum chat_role role;
    unsigned scopes;
    int64_t born_at;     /* boot clock, ms */
    int64_t lifetime_ms; /* 0: as the manner says */
};

struct tokens {
    struct token *list; /* owned */
    size_t count;
    bool closed;                     /* only those of the list are let in */
    char *client_id, *client_secret; /* owned; NULL: any */
    struct chance chance;
};

void tokens_init(struct tokens *tokens, uint64_t seed);
void tokens_clear(struct tokens *tokens);

/* A token of that text, which is copied, and otherwise like the one given. One
 * that is there already is replaced. */
void tokens_add(struct tokens *tokens, const char *text,
                const struct token *like);
/* Access tokens are no longer known; refresh tokens are. */
void tokens_revoke(struct tokens *tokens);

/* "T", "T:administrator", "T:agent:read,write". */
must_check bool tokens_read(struct tokens *tokens, const char *text,
                            int64_t now, struct error *err);
/* {"token": "T", "role": "agent", "scopes": ["read"], "lifetime_ms": 100}, or
 * "refresh_token" instead of "token"; or an array of these: all or none. */
must_check bool tokens_read_json(struct tokens *tokens, const char *json,
                                 size_t len, int64_t now, struct error *err);
/* {"tokens": [...]}, with expires_in_ms. lifetime_ms: as the manner says. */
void tokens_write(const struct tokens *tokens, int64_t lifetime_ms, int64_t now,
                  struct buf *out);

/* "read write" */
void scopes_write(unsigned scopes, struct buf *out);
must_check bool scopes_read(const char *text, char between, unsigned *scopes);

/* What authorize() answers. text NULL: there is none. */
struct chat_access tokens_access(const struct tokens *tokens, const char *text,
                                 int64_t lifetime_ms, int64_t now);

/* The refresh token of that text; NULL. Borrowed. */
const struct token *tokens_find_refresh(const struct tokens *tokens,
                                        const char *text);

/* Takes that refresh token away and puts two new ones in its place. */
struct issued {
    char access[TOKEN_ISSUED_SIZE], refresh[TOKEN_ISSUED_SIZE];
};
void tokens_exchange(struct tokens *tokens, const char *refresh,
                     unsigned scopes, int64_t lifetime_ms, int64_t now,
                     struct issued *issued);

#endif

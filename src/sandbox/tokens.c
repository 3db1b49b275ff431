/* The tokens, a short list. See tokens.h. */
#include "sandbox/tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define MOST_TOKENS 10000

void tokens_init(struct tokens *tokens, uint64_t seed)
{
    memset(tokens, 0, sizeof(*tokens));
    chance_init(&tokens->chance, seed, 5);
}

static void drop(struct tokens *tokens, size_t place)
{
    free(tokens->list[place].text);
    tokens->count--;
    memmove(tokens->list + place, tokens->list + place + 1,
            (tokens->count - place) * sizeof(*tokens->list));
}

void tokens_clear(struct tokens *tokens)
{
    while (tokens->count)
        drop(tokens, tokens->count - 1);
    free(tokens->list);
    free(tokens->client_id);
    free(tokens->client_secret);
    memset(tokens, 0, sizeof(*tokens));
}

static bool same(const char *a, const char *b)
{
    size_t len = strlen(a);

    return strlen(b) == len && crypto_equal(a, b, len);
}

static size_t find(const struct tokens *tokens, const char *text, bool refresh)
{
    size_t place = 0;

    while (place < tokens->count && (tokens->list[place].refresh != refresh ||
                                     !same(tokens->list[place].text, text)))
        place++;
    return place;
}

/* The oldest make room: who refreshes for days does not fill the memory. */
void tokens_add(struct tokens *tokens, const char *text,
                const struct token *like)
{
    size_t place = find(tokens, text, like->refresh);

    if (place < tokens->count)
        drop(tokens, place);
    if (tokens->count == MOST_TOKENS)
        drop(tokens, 0);
    tokens->list =
        alloc_resize(tokens->list, tokens->count + 1, sizeof(*tokens->list));
    tokens->list[tokens->count] = *like;
    tokens->list[tokens->count++].text = alloc_text(text);
    tokens->closed = true;
}

void tokens_revoke(struct tokens *tokens)
{
    for (size_t place = tokens->count; place-- > 0;)
        if (!tokens->list[place].refresh)
            drop(tokens, place);
    tokens->closed = true;
}

/* Boot clock, ms; INT64_MAX: it does not end. */
static int64_t end_of(const struct token *token, int64_t lifetime_ms)
{
    if (token->lifetime_ms)
        lifetime_ms = token->lifetime_ms;
    return lifetime_ms ? token->born_at + lifetime_ms : INT64_MAX;
}

struct chat_access tokens_access(const struct tokens *tokens, const char *text,
                                 int64_t lifetime_ms, int64_t now)
{
    struct chat_access access = {
        .role = CHAT_ROLE_OWNER, .read = true, .write = true};
    const struct token *token;
    size_t place;

    if (!text || !*text)
        return (struct chat_access){.status = 401};
    if (!tokens->closed)
        return access;
    place = find(tokens, text, false);
    if (place == tokens->count)
        return (struct chat_access){.status = 401};
    token = &tokens->list[place];
    if (now >= end_of(token, lifetime_ms))
        return (struct chat_access){.status = 401};
    access.role = token->role;
    access.read = (token->scopes & (SCOPE_READ | SCOPE_CHAT)) != 0;
    access.write = (token->scopes & (SCOPE_WRITE | SCOPE_CHAT)) != 0;
    return access;
}

const struct token *tokens_find_refresh(const struct tokens *tokens,
                                        const char *text)
{
    size_t place = find(tokens, text, true);

    return place < tokens->count ? &tokens->list[place] : NULL;
}

static void make_text(struct tokens *tokens, char text[TOKEN_ISSUED_SIZE])
{
    uint64_t drawn[3];

    for (size_t i = 0; i < 3; i++)
        drawn[i] = chance_next(&tokens->chance);
    snprintf(text, TOKEN_ISSUED_SIZE, "%016llx%016llx%08llx",
             (unsigned long long)drawn[0], (unsigned long long)drawn[1],
             (unsigned long long)drawn[2] & 0xFFFFFFFF);
}

void tokens_exchange(struct tokens *tokens, const char *refresh,
                     unsigned scopes, int64_t lifetime_ms, int64_t now,
                     struct issued *issued)
{
    size_t place = find(tokens, refresh, true);
    struct token token = {.role = tokens->list[place].role,
                          .scopes = tokens->list[place].scopes,
                          .refresh = true,
                          .born_at = now};

    drop(tokens, place);
    make_text(tokens, issued->access);
    make_text(tokens, issued->refresh);
    tokens_add(tokens, issued->refresh, &token);
    token.scopes = scopes;
    token.lifetime_ms = lifetime_ms;
    token.refresh = false;
    tokens_add(tokens, issued->access, &token);
}

void tokens_write(const struct tokens *tokens, int64_t lifetime_ms, int64_t now,
                  struct buf *out)
{
    buf_text(out, "{\"tokens\":[");
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->list[i];
        int64_t end_at = end_of(token, lifetime_ms);

        buf_format(out, "%s{\"%s\":", i ? "," : "",
                   token->refresh ? "refresh_token" : "token");
        text_json(out, token->text);
        buf_format(out, ",\"role\":\"%s\",\"scope\":\"",
                   chat_role_name(token->role));
        scopes_write(token->scopes, out);
        if (token->refresh || end_at == INT64_MAX)
            buf_text(out, "\",\"expires_in_ms\":null}");
        else
            buf_format(out, "\",\"expires_in_ms\":%" PRId64 "}",
                       end_at > now ? end_at - now : 0);
    }
    buf_text(out, "]}");
}

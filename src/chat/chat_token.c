/* Refreshing a token. See chat_token.h. */
#include "chat/chat_token.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/text.h"
#include "chat/chat_json.h"

#include "base/banned.h"

#define BODY_MAX     ((size_t)64 * 1024)
#define ANSWER_MAX   ((size_t)64 * 1024)
#define TOKEN_MAX    ((size_t)4096)
#define VALUES_MAX   100
#define LIFETIME_MAX (INT64_C(366) * 86400) /* seconds */

static void add(struct buf *body, const char *name, const char *value)
{
    buf_format(body, "%s%s=", body->len ? "&" : "", name);
    text_percent(body, value);
}

void chat_request_token(struct http_request *request,
                        const struct chat_refresh *refresh)
{
    struct buf body;

    buf_init(&body, BODY_MAX);
    add(&body, "grant_type", "refresh_token");
    add(&body, "refresh_token", refresh->refresh_token->bytes);
    add(&body, "client_id", refresh->client_id);
    add(&body, "client_secret", refresh->client_secret->bytes);
    if (refresh->scope && *refresh->scope)
        add(&body, "scope", refresh->scope);
    assert(buf_ok(&body));
    memset(request, 0, sizeof(*request));
    request->method = "POST";
    request->url = alloc_format("%s/oauth2/chat/token", refresh->base_url);
    request->timeout_ms = refresh->timeout_ms;
    request->ca = refresh->ca;
    request->max_answer = ANSWER_MAX;
    request->once = true;
    http_headers_add(&request->headers, "Accept", "application/json");
    http_headers_add(&request->headers, "User-Agent",
                     "afterhours/" AFTERHOURS_VERSION);
    http_headers_add(&request->headers, "Content-Type",
                     "application/x-www-form-urlencoded");
    request->body_len = body.len;
    request->body = buf_take(&body);
}

/* What can be sent in a header: no more is known of it. */
static bool take(const char *text, struct secret *secret)
{
    size_t len = strlen(text);

    if (len == 0 || len > TOKEN_MAX)
        return false;
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    secret_set(secret, text, len);
    return true;
}

static int64_t read_lifetime(const json_t *root)
{
    int64_t seconds;

    if (!chat_json_number(json_object_get(root, "expires_in"), &seconds))
        return 0;
    return 1000 * (seconds < LIFETIME_MAX ? seconds : LIFETIME_MAX);
}

bool chat_read_token(const char *body, size_t len, struct chat_token *token)
{
    json_t *root = chat_json_parse(body, len, VALUES_MAX);
    const char *refresh = chat_json_text(root, "refresh_token");
    bool ok;

    memset(token, 0, sizeof(*token));
    ok = take(chat_json_text(root, "access_token"), &token->access) &&
         (!*refresh || take(refresh, &token->refresh));
    token->lifetime_ms = read_lifetime(root);
    if (!ok)
        chat_token_clear(token);
    json_decref(root);
    return ok;
}

void chat_token_clear(struct chat_token *token)
{
    secret_clear(&token->access);
    secret_clear(&token->refresh);
    token->lifetime_ms = 0;
}

void chat_read_token_error(const char *body, size_t len,
                           char error[CHAT_TOKEN_ERROR_SIZE])
{
    json_t *root = chat_json_parse(body, len, VALUES_MAX);
    const char *text = chat_json_text(root, "error");
    size_t words = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

    if (text[words] || words >= CHAT_TOKEN_ERROR_SIZE)
        text = "";
    snprintf(error, CHAT_TOKEN_ERROR_SIZE, "%s", text);
    json_decref(root);
}

/* Tokens and addresses of submissions. See links.h. */
#include "intake/links.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

#include "base/banned.h"

/* What the secret signs here; other uses of it sign other words. */
#define PURPOSE "status:"

void links_token(const struct settings *settings, const char *id,
                 char token[LINKS_TOKEN_SIZE])
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char signed_text[sizeof(PURPOSE) + ID_SIZE];
    struct buf text;
    int len;

    buf_init(&text, LINKS_TOKEN_SIZE); /* its padding is cut off again */
    len = snprintf(signed_text, sizeof(signed_text), PURPOSE "%.*s",
                   ID_SIZE - 1, id);
    crypto_hmac_sha256(settings->secret.bytes ? settings->secret.bytes : "",
                       settings->secret.len, signed_text, (size_t)len, digest);
    crypto_base64url(digest, sizeof(digest), &text);
    snprintf(token, LINKS_TOKEN_SIZE, "%s", buf_str(&text));
    buf_clear(&text);
}

bool links_token_matches(const struct settings *settings, const char *id,
                         const char *token)
{
    char right[LINKS_TOKEN_SIZE];

    if (!token || strlen(token) != LINKS_TOKEN_SIZE - 1 ||
        !secret_present(&settings->secret))
        return false;
    links_token(settings, id, right);
    return crypto_equal(right, token, LINKS_TOKEN_SIZE - 1);
}

const char *links_prefix(const struct settings *settings)
{
    const char *host = strstr(settings->public_url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return path ? path : "";
}

static void add_path(struct buf *out, const char *start, const char *id,
                     const char *token)
{
    buf_text(out, start);
    buf_text(out, id);
    buf_text(out, "?token=");
    buf_text(out, token);
}

void links_status_path(struct buf *out, const char *id, const char *token)
{
    add_path(out, "/v1/submissions/", id, token);
}

void links_page_path(struct buf *out, const char *id, const char *token)
{
    add_path(out, "/s/", id, token);
}

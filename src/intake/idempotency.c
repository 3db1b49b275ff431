/* Idempotency keys and fingerprints. See idempotency.h. */
#include "intake/idempotency.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "intake/value.h"

#include "base/banned.h"

/* Keys that senders chose and keys we made never meet. */
#define SENT_PREFIX "id:"
#define MADE_PREFIX "fp:"

/* Bodies were measured long before; this only has to be larger. */
#define DIGESTED_MAX ((size_t)1 << 30)

/* "\"abc\"" gives abc. A quoted key has \" and \\ for " and \ (RFC 8941). */
static bool unquote(const char *from, char *to)
{
    size_t len = 0;

    for (from++; *from && *from != '"'; from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        if (len == IDEMPOTENCY_KEY_MAX)
            return false;
        to[len++] = *from;
    }
    to[len] = '\0';
    return len && from[0] == '"' && from[1] == '\0';
}

bool idempotency_key(const char *header, char key[IDEMPOTENCY_KEY_SIZE])
{
    char *text = key + strlen(SENT_PREFIX);
    size_t len = strlen(header);

    memcpy(key, SENT_PREFIX, sizeof(SENT_PREFIX));
    if (header[0] == '"') {
        if (!unquote(header, text))
            return false;
    } else {
        if (!len || len > IDEMPOTENCY_KEY_MAX)
            return false;
        memcpy(text, header, len + 1);
    }
    for (; *text; text++)
        if (*text < '!' || *text > '~')
            return false;
    return true;
}

static void digest_hex(const struct buf *text, char hex[CRYPTO_HEX_SIZE])
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];

    crypto_sha256(buf_str(text), text->len, digest);
    crypto_hex(digest, sizeof(digest), hex);
}

/* With the NUL: it keeps one text from running into the next. */
static void add_text(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text) + 1);
}

void idempotency_fingerprint(const struct fields *fields,
                             char hex[CRYPTO_HEX_SIZE])
{
    struct buf text;

    buf_init(&text, DIGESTED_MAX);
    for (size_t i = 0; i < fields->count; i++) {
        add_text(&text, fields->list[i].name);
        add_text(&text, fields->list[i].value);
    }
    digest_hex(&text, hex);
    buf_clear(&text);
}

void idempotency_key_of(const char *form, const char *email,
                        const char *message, char key[IDEMPOTENCY_KEY_SIZE])
{
    char hex[CRYPTO_HEX_SIZE];
    struct buf text;

    buf_init(&text, DIGESTED_MAX);
    add_text(&text, form);
    add_text(&text, email);
    value_add_lines(&text, message);
    digest_hex(&text, hex);
    snprintf(key, IDEMPOTENCY_KEY_SIZE, MADE_PREFIX "%s", hex);
    buf_clear(&text);
}

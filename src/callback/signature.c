/* See signature.h. */
#include "callback/signature.h"

#include <inttypes.h>
#include <string.h>

#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define PREFIX  "whsec_"
#define KEY_MAX ((size_t)256) /* bytes; 24 to 64 are usual */

static void sign(struct buf *out, const void *key, size_t key_len,
                 const struct signed_message *message)
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    struct buf text;

    buf_init(&text, message->body_len + strlen(message->id) + 32);
    buf_format(&text, "%s.%" PRId64 ".", message->id, message->timestamp);
    buf_add(&text, message->body, message->body_len);
    crypto_hmac_sha256(key, key_len, text.data, text.len, digest);
    buf_clear(&text);
    buf_text(out, out->len ? " v1," : "v1,");
    crypto_base64(digest, sizeof(digest), out);
}

bool signature_add(struct buf *out, const struct secret *secret,
                   const struct signed_message *message)
{
    size_t prefix_len = strlen(PREFIX), key_len;
    unsigned char key[KEY_MAX];

    if (!secret_present(secret))
        return false;
    if (!text_starts(secret->bytes, PREFIX)) {
        sign(out, secret->bytes, secret->len, message);
        return true;
    }
    if (!crypto_base64_decode(secret->bytes + prefix_len,
                              secret->len - prefix_len, key, sizeof(key),
                              &key_len))
        return false;
    sign(out, key, key_len, message);
    crypto_wipe(key, sizeof(key));
    return true;
}

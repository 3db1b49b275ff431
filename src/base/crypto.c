/* OpenSSL behind a few words. See crypto.h. */
#include "base/crypto.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/alloc.h"
#include "base/banned.h"

#define BLOCK_SIZE 64 /* of SHA-256 */

static void *take_bytes(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return alloc_bytes(size);
}

static void *take_again(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return alloc_bytes_again(memory, size);
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* It refuses only when it has memory already, and then must keep to it. */
void crypto_start(void)
{
    (void)CRYPTO_set_mem_functions(take_bytes, take_again, give_back);
}

void crypto_random(void *bytes, size_t len)
{
    if (RAND_bytes(bytes, (int)len) != 1)
        abort();
}

unsigned crypto_random_below(unsigned limit)
{
    uint64_t number;

    if (limit < 2)
        return 0;
    crypto_random(&number, sizeof(number));
    return (unsigned)(number % limit);
}

/* A text in parts, such as a pad and what it is put before. */
struct part {
    const void *bytes;
    size_t len;
};

/*
 * Looked for once: by name, as EVP_sha256() and HMAC() do each time, that costs
 * more than digesting a short text.
 */
static const EVP_MD *sha256(void)
{
    static EVP_MD *found;

    if (!found)
        found = EVP_MD_fetch(NULL, "SHA256", NULL);
    return found;
}

static void digest_parts(const struct part *parts, size_t count,
                         unsigned char digest[CRYPTO_DIGEST_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, sha256(), NULL) == 1;

    for (size_t i = 0; ok && i < count; i++)
        ok = EVP_DigestUpdate(context, parts[i].bytes, parts[i].len) == 1;
    if (!ok || EVP_DigestFinal_ex(context, digest, NULL) != 1)
        abort();
    EVP_MD_CTX_free(context);
}

void crypto_sha256(const void *bytes, size_t len,
                   unsigned char digest[CRYPTO_DIGEST_SIZE])
{
    digest_parts(&(struct part){bytes, len}, 1, digest);
}

/* RFC 2104. */
void crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                        size_t len, unsigned char digest[CRYPTO_DIGEST_SIZE])
{
    unsigned char inner[BLOCK_SIZE] = {0}, outer[BLOCK_SIZE];

    if (key_len > BLOCK_SIZE)
        crypto_sha256(key, key_len, inner);
    else if (key_len)
        memcpy(inner, key, key_len);
    for (size_t i = 0; i < BLOCK_SIZE; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    digest_parts((struct part[]){{inner, BLOCK_SIZE}, {bytes, len}}, 2, digest);
    digest_parts(
        (struct part[]){{outer, BLOCK_SIZE}, {digest, CRYPTO_DIGEST_SIZE}}, 2,
        digest);
    crypto_wipe(inner, sizeof(inner));
    crypto_wipe(outer, sizeof(outer));
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void crypto_hex(const void *bytes, size_t len, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    text[2 * len] = '\0';
}

void crypto_base64(const void *bytes, size_t len, struct buf *out)
{
    unsigned char *text = alloc_zero(4 * ((len + 2) / 3) + 1, 1);
    int text_len = EVP_EncodeBlock(text, bytes, (int)len);

    buf_add(out, text, (size_t)text_len);
    crypto_wipe(text, (size_t)text_len);
    free(text);
}

void crypto_base64url(const void *bytes, size_t len, struct buf *out)
{
    size_t start = out->len;

    crypto_base64(bytes, len, out);
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '+')
            out->data[i] = '-';
        if (out->data[i] == '/')
            out->data[i] = '_';
    }
    while (out->len > start && out->data[out->len - 1] == '=')
        out->data[--out->len] = '\0';
}

/* One spelling per value: the bits that no byte takes must be 0. */
static bool base64_ok(const char *text, size_t len, size_t pad)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *digit = NULL;

    for (size_t i = 0; i < len - pad; i++) {
        digit = text[i] ? strchr(alphabet, text[i]) : NULL;
        if (!digit)
            return false;
    }
    return digit && (digit - alphabet) % (1 << 2 * pad) == 0;
}

bool crypto_base64_decode(const char *text, size_t text_len,
                          unsigned char *bytes, size_t size, size_t *len)
{
    unsigned char *room;
    size_t out_len, pad = 0;
    bool ok;

    if (!text_len || text_len % 4 || text_len > 1 << 20)
        return false;
    while (pad < 2 && text[text_len - 1 - pad] == '=')
        pad++;
    if (!base64_ok(text, text_len, pad))
        return false;
    out_len = text_len / 4 * 3 - pad;
    if (out_len > size)
        return false;
    room = alloc_zero(text_len / 4 * 3 + 1, 1);
    ok = EVP_DecodeBlock(room, (const unsigned char *)text, (int)text_len) >= 0;
    if (ok) {
        memcpy(bytes, room, out_len);
        *len = out_len;
    }
    crypto_wipe(room, text_len / 4 * 3);
    free(room);
    return ok;
}

void crypto_wipe(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}

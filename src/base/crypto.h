/* Digests, signatures, random bytes and their spellings, by OpenSSL. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"

#define CRYPTO_DIGEST_SIZE 32
#define CRYPTO_HEX_SIZE    (2 * CRYPTO_DIGEST_SIZE + 1)

/* Before anything else: it takes its memory as we do (alloc.h). */
void crypto_start(void);

/* Never fails: a process without randomness ends. */
void crypto_random(void *bytes, size_t len);
unsigned crypto_random_below(unsigned limit); /* 0 <= result < limit */

void crypto_sha256(const void *bytes, size_t len,
                   unsigned char digest[CRYPTO_DIGEST_SIZE]);
void crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                        size_t len, unsigned char digest[CRYPTO_DIGEST_SIZE]);

/* Takes as long for a difference at the start as for one at the end. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* text needs 2 * len + 1 bytes; lower case. */
void crypto_hex(const void *bytes, size_t len, char *text);

void crypto_base64(const void *bytes, size_t len, struct buf *out);
void crypto_base64url(const void *bytes, size_t len, struct buf *out);

/*
 * Standard alphabet, padding required, spare bits 0. At most size bytes; *len
 * says how many. The empty text is refused.
 */
must_check bool crypto_base64_decode(const char *text, size_t text_len,
                                     unsigned char *bytes, size_t size,
                                     size_t *len);

void crypto_wipe(void *bytes, size_t len); /* is not optimised away */

#endif

/* Telling the same post twice from two posts. */
#ifndef INTAKE_IDEMPOTENCY_H
#define INTAKE_IDEMPOTENCY_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/crypto.h"
#include "intake/fields.h"

#define IDEMPOTENCY_KEY_MAX  255
#define IDEMPOTENCY_KEY_SIZE (3 + IDEMPOTENCY_KEY_MAX + 1)

/*
 * Reads an Idempotency-Key header, quoted or bare: 1 to 255 visible ASCII
 * characters. Both spellings give the same key.
 */
must_check bool idempotency_key(const char *header,
                                char key[IDEMPOTENCY_KEY_SIZE]);

/* Of all fields, in the order they came. */
void idempotency_fingerprint(const struct fields *fields,
                             char hex[CRYPTO_HEX_SIZE]);

/* A key made of what a double click repeats. */
void idempotency_key_of(const char *form, const char *email,
                        const char *message, char key[IDEMPOTENCY_KEY_SIZE]);

#endif

/*
 * Signatures of Standard Webhooks 1.0.0, version 1: HMAC-SHA256 over id, full
 * stop, timestamp, full stop, body. Private to this folder.
 */
#ifndef CALLBACK_SIGNATURE_H
#define CALLBACK_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/secret.h"

/* What is signed; all borrowed. id has no full stop in it. */
struct signed_message {
    const char *id;
    int64_t timestamp; /* Unix seconds */
    const char *body;
    size_t body_len;
};

/*
 * Appends "v1,<base64>", after a space when out is not empty: one secret after
 * the other while they rotate. A secret that begins with whsec_ is the base64
 * of the key, any other is the key. False: the base64 cannot be read.
 */
must_check bool signature_add(struct buf *out, const struct secret *secret,
                              const struct signed_message *message);

#endif

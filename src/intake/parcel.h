/*
 * An entry made ready for the queue: its id, the body that will be sent to the
 * destination, and what tells it from its own repetition. No I/O.
 */
#ifndef INTAKE_PARCEL_H
#define INTAKE_PARCEL_H

#include <stdint.h>

#include "base/attributes.h"
#include "base/crypto.h"
#include "config/settings.h"
#include "intake/entry.h"
#include "intake/idempotency.h"
#include "queue/queue.h"
#include "submission/submission.h"

/* What is known of the sender besides the fields; all borrowed, NULL: unknown.
 */
struct parcel_sender {
    const char *ip, *user_agent;
    const char *idempotency_key; /* the header as it came */
};

enum parcel_result {
    PARCEL_FINE,
    PARCEL_BAD_KEY,   /* the Idempotency-Key */
    PARCEL_TOO_LARGE, /* once the template was filled in */
};

struct parcel {
    struct submission submission;  /* destination, form: borrowed */
    struct accept_options options; /* texts: the arrays below */
    char key[IDEMPOTENCY_KEY_SIZE];
    char fingerprint[CRYPTO_HEX_SIZE];
    char email_hash[QUEUE_EMAIL_HASH_SIZE];
};

/* parcel_clear() is called whatever the result. */
must_check enum parcel_result
parcel_make(struct parcel *parcel, const struct settings *settings,
            const struct entry *entry, const struct fields *fields,
            const struct parcel_sender *sender, int64_t now);
void parcel_clear(struct parcel *parcel);

#endif

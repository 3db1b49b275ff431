/* What the sandbox was asked and how it answered, counted. */
#ifndef SANDBOX_TALLY_H
#define SANDBOX_TALLY_H

#include <stdint.h>

#include "base/buf.h"
#include "sandbox/calls.h"

#define TALLY_STATUSES 600

struct tally {
    uint64_t requests[CALL_COUNT];
    uint64_t answers[CALL_COUNT][TALLY_STATUSES]; /* [call][status] */
    uint64_t unanswered[CALL_COUNT]; /* cut, hung, or the client left */
    uint64_t faults;                 /* played, scripted or by chance */
};

/* status 0: unanswered. */
void tally_answer(struct tally *tally, unsigned call, int status);

/* "requests": {...}, "answers": {...}, "unanswered": {...}, "faults": 0 */
void tally_write(const struct tally *tally, struct buf *out);

#endif

/* What a stage found out about one submission. */
#ifndef SUBMISSION_OUTCOME_H
#define SUBMISSION_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "submission/submission.h"

/* Why the whole destination must wait, if it must. */
enum hold_reason {
    HOLD_NONE,
    HOLD_RATE_LIMIT,  /* 429: until retry_after_ms is over */
    HOLD_CREDENTIALS, /* 401 */
    HOLD_FORBIDDEN,   /* 403 */
    HOLD_OPERATOR,    /* a person said pause; only a person resumes it */
    HOLD_COUNT,
};

struct outcome {
    enum outcome_kind kind;
    char chat_id[SUBMISSION_CHAT_ID_MAX + 1]; /* "" when not learnt */
    int64_t ticket_id;                        /* 0 when not learnt */
    int status;                               /* of the answer; 0 for none */
    int64_t took_ms;        /* the requests of this turn together */
    int64_t retry_after_ms; /* -1 when the other side did not say */
    enum hold_reason hold;
    bool nothing_sent; /* proven: the post cannot have reached the other side,
                          or a look has shown that it did not land */
    bool looked;       /* resolve: a look-up was answered */
    char reason[SUBMISSION_REASON_SIZE]; /* in words, for operators; never a
                                            secret or a field's value */
};

/* kind, nothing learnt, retry_after_ms -1. reason may be NULL. */
void outcome_set(struct outcome *outcome, enum outcome_kind kind,
                 const char *reason);

const char *hold_reason_name(enum hold_reason reason); /* "rate_limit" */
must_check bool hold_reason_by_name(const char *name, enum hold_reason *reason);

#endif

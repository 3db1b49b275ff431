/*
 * What we make of an outcome: a pure function of the submission, the outcome,
 * the patience the settings grant, the time, and a random number.
 */
#ifndef SUBMISSION_VERDICT_H
#define SUBMISSION_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "submission/outcome.h"
#include "submission/submission.h"

/* How long we try; from the destination's settings (or a callback's). All ms.
 */
struct patience {
    int64_t retry_base_ms; /* backoff: random(0, min(cap, base * 2^attempts)) */
    int64_t retry_cap_ms;
    int64_t give_up_ms; /* since received_at (deliver, resolve, callback) */
    int64_t resolve_soon_ms;  /* from an unanswered post to the first look */
    int64_t look_interval_ms; /* between two looks */
    int64_t
        reconcile_first_ms; /* from the post to the first look for a ticket */
    int64_t ticket_patience_ms; /* since stage_since of reconcile */
};

struct verdict {
    enum outcome_kind outcome; /* as judged: spent when patience is over */
    enum stage next;
    int64_t due_at;     /* ms, wall clock; for a stage that goes on */
    bool count_attempt; /* false for 429, 401, 403: not its fault. A post was
                           counted with its intent: false takes that back */
    bool clear_intent;  /* only on proof that no post can be on its way, or
                           with a chat id; looks start again with it */
    const char *event;  /* "submission.linked", ... or NULL: no news */
    int64_t hold_ms;    /* the whole destination waits that long; 0: no */
};

/* random: 0 <= random < 1, made by the caller. */
struct verdict verdict_after(const struct submission *submission,
                             const struct outcome *outcome,
                             const struct patience *patience, int64_t now,
                             double random);

#endif

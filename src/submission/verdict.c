/*
 * Verdicts: where next, when, and what may be believed of it. See verdict.h.
 *
 * Attempts count the tries since the submission was accepted or replayed, of
 * deliver and resolve together; reconcile starts them again. An answer that is
 * not about the submission (429, 401, 403) counts nothing and spends nothing:
 * a token that expired over the holidays buries no message.
 */
#include "submission/verdict.h"

#include <stddef.h>

#include "base/banned.h"

/* After 401 and 403: so long until it is tried again, or until resumed. */
#define PROBE_MS INT64_C(30000)

/* A 429 that does not say how long: half of Zendesk's one-minute window. */
#define RATE_LIMIT_MS INT64_C(30000)

/*
 * However old it is, so many tries it gets: it may have been replayed after a
 * week, or have waited out a hold, or a clock was set.
 */
#define FEWEST_TRIES 4

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max_ms(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t part_of(int64_t ms, double random)
{
    return (int64_t)((double)ms * random);
}

/* Full jitter: those who failed together do not come back together. */
static int64_t backoff(const struct patience *patience, unsigned attempts,
                       double random)
{
    int64_t most = patience->retry_base_ms;

    for (unsigned i = 0; i < attempts && most < patience->retry_cap_ms; i++)
        most *= 2;
    most = min_ms(most, patience->retry_cap_ms);
    return max_ms(part_of(most, random), 1);
}

static int64_t in_reconcile_since(const struct submission *submission)
{
    return submission->stage_since ? submission->stage_since
                                   : submission->received_at;
}

/* The instant from which our patience with this stage is counted. */
static int64_t tried_since(const struct submission *submission,
                           const struct outcome *outcome)
{
    if (submission->kind == SUBMISSION_NEWS && submission->news_at)
        return submission->news_at;
    /* What may have landed is looked for as long as it was tried to send. */
    if (submission->stage == STAGE_RESOLVE && submission->intent_at &&
        outcome->kind == OUTCOME_UNKNOWN)
        return submission->intent_at;
    return submission->received_at;
}

static bool patience_is_over(const struct submission *submission,
                             const struct outcome *outcome,
                             const struct patience *patience, int64_t now)
{
    if (submission->attempts < FEWEST_TRIES)
        return false;
    if (submission->stage == STAGE_RECONCILE)
        return now - in_reconcile_since(submission) >=
               patience->ticket_patience_ms;
    return now - tried_since(submission, outcome) >= patience->give_up_ms;
}

/* Spent, when it would otherwise go on and our patience is over. */
static enum outcome_kind judge(const struct submission *submission,
                               const struct outcome *outcome,
                               const struct patience *patience, int64_t now)
{
    enum outcome_kind kind = outcome->kind;

    if (kind != OUTCOME_BUSY && kind != OUTCOME_UNKNOWN)
        return kind;
    if (outcome->hold != HOLD_NONE)
        return kind;
    /* A post without an answer is always looked for, be it the last. */
    if (submission->stage == STAGE_DELIVER && kind == OUTCOME_UNKNOWN)
        return kind;
    return patience_is_over(submission, outcome, patience, now) ? OUTCOME_SPENT
                                                                : kind;
}

static int64_t hold_ms(const struct outcome *outcome)
{
    switch (outcome->hold) {
    case HOLD_RATE_LIMIT:
        return outcome->retry_after_ms >= 0 ? max_ms(outcome->retry_after_ms, 1)
                                            : RATE_LIMIT_MS;
    case HOLD_CREDENTIALS:
    case HOLD_FORBIDDEN:
        return PROBE_MS;
    default:
        return 0;
    }
}

/* Ever wider: half as long again as it has already waited. */
static int64_t reconcile_wait(const struct submission *submission,
                              const struct patience *patience, int64_t now,
                              double random)
{
    int64_t since = in_reconcile_since(submission);
    int64_t left = since + patience->ticket_patience_ms - now;
    int64_t wait = max_ms((now - since) / 2, patience->reconcile_first_ms);

    wait = max_ms(min_ms(wait, patience->retry_cap_ms), 1);
    wait += part_of(wait / 10, random);
    return left > 0 ? min_ms(wait, left) : wait;
}

static int64_t resolve_wait(const struct submission *submission,
                            const struct outcome *outcome,
                            const struct patience *patience, double random)
{
    if (submission->stage == STAGE_DELIVER)
        return patience->resolve_soon_ms;
    if (outcome->looked)
        return patience->look_interval_ms;
    return patience->look_interval_ms +
           backoff(patience, submission->attempts, random);
}

/* How long it waits when nobody asked us to wait longer. */
static int64_t own_wait(const struct submission *submission,
                        const struct outcome *outcome, enum stage next,
                        const struct patience *patience, int64_t now,
                        double random)
{
    switch (next) {
    case STAGE_RESOLVE:
        return resolve_wait(submission, outcome, patience, random);
    case STAGE_RECONCILE:
        if (submission->stage == STAGE_RECONCILE)
            return reconcile_wait(submission, patience, now, random);
        return outcome->ticket_id ? 0 : patience->reconcile_first_ms;
    default:
        return backoff(patience, submission->attempts, random);
    }
}

/*
 * What the other side asked for is a floor; jitter goes on top of it. A hold
 * for credentials is kept by the destination alone: when a person resumes it,
 * what it kept waiting is due.
 */
static int64_t asked_wait(const struct outcome *outcome, double random)
{
    int64_t asked = outcome->hold == HOLD_RATE_LIMIT ? hold_ms(outcome)
                                                     : outcome->retry_after_ms;

    if (asked <= 0)
        return 0;
    return asked + part_of(min_ms(1000, asked) + asked / 10, random);
}

/*
 * An intent goes only when nothing can be on its way to the other side, or
 * when what became of it is known: everything else is looked for before it is
 * posted again. A 4xx that deliver did not call unknown is an answer to our
 * post itself.
 */
static bool proves_intent_void(const struct submission *submission,
                               const struct outcome *outcome)
{
    bool answered = outcome->status >= 400 && outcome->status <= 499;

    if (outcome->nothing_sent || outcome->chat_id[0] || submission->chat_id)
        return true;
    return submission->stage == STAGE_DELIVER && answered &&
           (outcome->kind == OUTCOME_REFUSED || outcome->kind == OUTCOME_BUSY);
}

/* The news to be made with this change; a news itself makes none. */
static const char *event_of(const struct submission *submission,
                            const struct outcome *outcome, enum stage next)
{
    if (submission->kind == SUBMISSION_NEWS)
        return NULL;
    if (next == STAGE_BURIED)
        return "submission.failed";
    if (next == STAGE_FINISHED)
        return outcome->ticket_id || submission->ticket_id
                   ? "submission.linked"
                   : "submission.unlinked";
    if (next == STAGE_RECONCILE && submission->stage != STAGE_RECONCILE)
        return "submission.delivered";
    return NULL;
}

struct verdict verdict_after(const struct submission *submission,
                             const struct outcome *outcome,
                             const struct patience *patience, int64_t now,
                             double random)
{
    struct verdict verdict = {
        .outcome = judge(submission, outcome, patience, now),
        .count_attempt = outcome->hold == HOLD_NONE,
        .clear_intent = proves_intent_void(submission, outcome),
        .hold_ms = hold_ms(outcome),
        .due_at = now,
    };

    verdict.next = stage_after(submission->stage, verdict.outcome);
    verdict.event = event_of(submission, outcome, verdict.next);
    if (verdict.next != STAGE_FINISHED && verdict.next != STAGE_BURIED)
        verdict.due_at += max_ms(
            own_wait(submission, outcome, verdict.next, patience, now, random),
            asked_wait(outcome, random));
    return verdict;
}

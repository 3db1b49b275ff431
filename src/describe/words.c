/* In words. See describe.h. */
#include "describe/describe.h"

#include <assert.h>

#include "base/clock.h"

#include "base/banned.h"

/* clang-format off */
static const struct { const char *what, *advice; } holds[HOLD_COUNT] = {
    [HOLD_NONE]        = { "", "" },
    [HOLD_RATE_LIMIT]  = { "Zendesk asked for a pause (429)",
                           "it goes on by itself" },
    [HOLD_CREDENTIALS] = { "Zendesk does not accept the token (401)",
                           "renew the destination's token: its file is read "
                           "by itself, and one request asks at once" },
    [HOLD_FORBIDDEN]   = { "Zendesk forbids it to this token (403)",
                           "check the token's scopes, the role and the plan; "
                           "one request asks again" },
    [HOLD_OPERATOR]    = { "paused by an operator",
                           "it waits until somebody resumes it" },
};
/* clang-format on */

const char *describe_state(const struct submission *submission)
{
    static const char *const of_news[] = {
        [PLACE_DUE] = "callback waiting",  [PLACE_RUN] = "callback running",
        [PLACE_DEAD] = "callback failed",  [PLACE_DONE] = "callback sent",
        [PLACE_HELD] = "callback waiting",
    };

    if (submission->kind == SUBMISSION_NEWS)
        return of_news[submission->place];
    return state_name(submission_state(submission));
}

const char *describe_hold(enum hold_reason reason)
{
    assert(reason < HOLD_COUNT);
    return holds[reason].what;
}

const char *describe_hold_advice(enum hold_reason reason)
{
    assert(reason < HOLD_COUNT);
    return holds[reason].advice;
}

/* What a worker will do with it. */
static const char *task_of(enum stage stage)
{
    switch (stage) {
    case STAGE_DELIVER:
        return "it is sent";
    case STAGE_RESOLVE:
        return "it is looked for in Zendesk (its post may have arrived)";
    case STAGE_RECONCILE:
        return "its ticket is looked for";
    case STAGE_CALLBACK:
        return "the website's server is told";
    default:
        return "nothing";
    }
}

static void add_reason(struct buf *out, const struct submission *submission)
{
    if (submission->error)
        buf_format(out, "; last time: %s", submission->error);
}

/* Why what could be done now is not, or NULL. */
static const char *hindrance(const struct submission *submission,
                             const struct tally *tally)
{
    bool reads = submission->stage == STAGE_RECONCILE ||
                 submission->stage == STAGE_RESOLVE;

    if (!tally || submission->stage == STAGE_CALLBACK ||
        tally->hold != HOLD_NONE)
        return NULL;
    if (tally->probe_at)
        return DESCRIBE_BREAKER;
    if (tally->asking && (!tally->asking_tickets || reads))
        return tally->asking_tickets ? DESCRIBE_ASKING_TICKETS
                                     : DESCRIBE_ASKING;
    if (tally->budget_left == 0)
        return "the requests of this minute are used up (budget_per_minute)";
    if (tally->brown_until && submission->attempts > 0)
        return DESCRIBE_BROWN_OUT;
    return NULL;
}

static void add_hindrance(struct buf *out, const struct submission *submission,
                          const struct tally *tally)
{
    const char *why = hindrance(submission, tally);

    if (why)
        buf_format(out, ", but: %s", why);
    if (tally && tally->hold != HOLD_NONE &&
        (submission->stage != STAGE_CALLBACK || tally->hold == HOLD_OPERATOR))
        buf_format(out,
                   ", but its destination is held: %s; %s; 'afterhours resume "
                   "%s' ends that",
                   describe_hold(tally->hold),
                   describe_hold_advice(tally->hold), submission->destination);
}

static void next_of_due(struct buf *out, const struct submission *submission,
                        const struct tally *tally, int64_t now)
{
    char age[CLOCK_AGE_SIZE];

    buf_text(out, task_of(submission->stage));
    if (tally && tally->grace_ms > 0 &&
        now + tally->grace_ms > submission->due_at) {
        clock_format_age(tally->grace_ms, age);
        buf_format(out, " in %s, since " DESCRIBE_GRACE, age);
    } else if (submission->due_at > now) {
        clock_format_age(submission->due_at - now, age);
        buf_format(out, " in %s", age);
    } else {
        buf_text(out, " as soon as a worker is free");
    }
    add_hindrance(out, submission, tally);
    add_reason(out, submission);
}

static void next_of_done(struct buf *out, const struct submission *submission)
{
    buf_text(out, submission->ticket_id
                      ? "nothing: it is finished"
                      : "nothing: no ticket appeared in time");
    if (submission->callback == CALLBACK_PENDING)
        buf_text(out, "; the website's server is still to be told");
    if (submission->callback == CALLBACK_FAILED)
        buf_format(out,
                   "; the website's server could not be told: 'afterhours "
                   "replay --state failed --form %s' tries it again",
                   submission->form);
}

/* What would happen to it cannot. */
static void next_of_left(struct buf *out, const struct submission *submission)
{
    buf_format(out,
               "nothing: its destination, %s, is not in the settings; put the "
               "name back%s, or 'afterhours erase %s'",
               submission->destination,
               submission->place == PLACE_DEAD ||
                       submission->place == PLACE_HELD
                   ? ", then it can be tried again"
                   : ", and it goes on",
               submission->id);
    add_reason(out, submission);
}

void describe_next(struct buf *out, const struct submission *submission,
                   const struct tally *tally, int64_t now)
{
    if (tally && tally->left && submission->place != PLACE_DONE) {
        next_of_left(out, submission);
        return;
    }
    switch (submission->place) {
    case PLACE_DUE:
        next_of_due(out, submission, tally, now);
        break;
    case PLACE_RUN:
        buf_format(out, "a worker has it in hand: %s",
                   task_of(submission->stage));
        break;
    case PLACE_DEAD:
        buf_format(out, "set aside: %s; 'afterhours replay %s' tries it again",
                   submission->error ? submission->error : "no reason is known",
                   submission->id);
        break;
    case PLACE_HELD:
        buf_format(out,
                   "kept back as probable spam; 'afterhours release %s' sends "
                   "it, 'afterhours discard %s' throws it away",
                   submission->id, submission->id);
        break;
    case PLACE_DONE:
        next_of_done(out, submission);
        break;
    }
}

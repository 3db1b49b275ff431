/*
 * Walks every sequence of outcomes there can be, with a small patience, and
 * shows that each comes to rest, and what holds on every way there. The little
 * queue below keeps the books as the real one does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "submission/verdict.h"

#include "base/banned.h"

#define HOLDS_MAX 2 /* a destination held for ever holds for ever */
#define SEEN_SIZE (1U << 20)
#define START     INT64_C(1000)
#define LATEST    INT64_C(400)

static const struct patience small = {
    .retry_base_ms = 3,
    .retry_cap_ms = 9,
    .give_up_ms = 30,
    .resolve_soon_ms = 2,
    .look_interval_ms = 5,
    .reconcile_first_ms = 4,
    .ticket_patience_ms = 40,
};

/* What one turn of a stage may find out. */
struct finding {
    enum stage stage;
    enum outcome_kind kind;
    int status;
    bool chat, nothing_sent, looked;
    enum hold_reason hold;
};

/* clang-format off */
static const struct finding findings[] = {
    { STAGE_DELIVER,   OUTCOME_DONE,    201, true,  false, false, HOLD_NONE },
    { STAGE_DELIVER,   OUTCOME_REFUSED, 422, false, false, false, HOLD_NONE },
    { STAGE_DELIVER,   OUTCOME_BUSY,    0,   false, true,  false, HOLD_NONE },
    { STAGE_DELIVER,   OUTCOME_UNKNOWN, 0,   false, false, false, HOLD_NONE },
    { STAGE_DELIVER,   OUTCOME_BUSY,    429, false, false, false, HOLD_RATE_LIMIT },
    { STAGE_RESOLVE,   OUTCOME_DONE,    200, true,  false, true,  HOLD_NONE },
    { STAGE_RESOLVE,   OUTCOME_REFUSED, 200, false, false, true,  HOLD_NONE },
    { STAGE_RESOLVE,   OUTCOME_BUSY,    200, false, true,  true,  HOLD_NONE },
    { STAGE_RESOLVE,   OUTCOME_UNKNOWN, 200, false, false, true,  HOLD_NONE },
    { STAGE_RESOLVE,   OUTCOME_UNKNOWN, 503, false, false, false, HOLD_NONE },
    { STAGE_RESOLVE,   OUTCOME_UNKNOWN, 429, false, false, false, HOLD_RATE_LIMIT },
    { STAGE_RECONCILE, OUTCOME_DONE,    200, false, false, false, HOLD_NONE },
    { STAGE_RECONCILE, OUTCOME_REFUSED, 404, false, false, false, HOLD_NONE },
    { STAGE_RECONCILE, OUTCOME_BUSY,    503, false, false, false, HOLD_NONE },
    { STAGE_RECONCILE, OUTCOME_UNKNOWN, 200, false, false, false, HOLD_NONE },
    { STAGE_RECONCILE, OUTCOME_BUSY,    429, false, false, false, HOLD_RATE_LIMIT },
    { STAGE_CALLBACK,  OUTCOME_DONE,    204, false, false, false, HOLD_NONE },
    { STAGE_CALLBACK,  OUTCOME_REFUSED, 410, false, false, false, HOLD_NONE },
    { STAGE_CALLBACK,  OUTCOME_BUSY,    503, false, false, false, HOLD_NONE },
    { STAGE_CALLBACK,  OUTCOME_UNKNOWN, 0,   false, false, false, HOLD_NONE },
};
/* clang-format on */

static char a_chat[] = "2104.1.x";

struct walk {
    uint64_t seen[SEEN_SIZE]; /* states already walked from; 0: free */
    size_t states, finished, buried;
    int64_t latest;
};
static struct walk walk;

struct place_in_walk {
    struct submission submission;
    int64_t now;
    unsigned holds;
};

static uint64_t packed(const struct place_in_walk *p)
{
    const struct submission *s = &p->submission;
    uint64_t key = 1;

    key = key << 3 | (uint64_t)s->stage;
    key = key << 8 | s->attempts;
    key = key << 2 | p->holds;
    key = key << 10 | (uint64_t)(p->now - START);
    key = key << 10 | (uint64_t)(s->stage_since - START);
    key = key << 11 | (uint64_t)(s->intent_at ? s->intent_at - START + 1 : 0);
    return key;
}

/* Whether this state is new; remembers it. */
static bool first_time(const struct place_in_walk *p)
{
    uint64_t key = packed(p);
    size_t slot = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 44);

    while (walk.seen[slot] && walk.seen[slot] != key)
        slot = (slot + 1) % SEEN_SIZE;
    if (walk.seen[slot] == key)
        return false;
    walk.seen[slot] = key;
    walk.states++;
    assert_true(walk.states < SEEN_SIZE / 2);
    return true;
}

static void make_outcome(const struct finding *finding, struct outcome *outcome)
{
    outcome_set(outcome, finding->kind, NULL);
    outcome->status = finding->status;
    outcome->nothing_sent = finding->nothing_sent;
    outcome->looked = finding->looked;
    outcome->hold = finding->hold;
    if (finding->hold != HOLD_NONE)
        outcome->retry_after_ms = 1;
    if (finding->chat)
        snprintf(outcome->chat_id, sizeof(outcome->chat_id), "%s", a_chat);
}

/* What the queue does with a verdict. */
static void settle(struct place_in_walk *p, const struct outcome *outcome,
                   const struct verdict *verdict)
{
    struct submission *s = &p->submission;

    if (outcome->chat_id[0])
        s->chat_id = a_chat;
    if (verdict->clear_intent)
        s->intent_at = 0;
    if (verdict->count_attempt)
        s->attempts++;
    if (verdict->next != s->stage) {
        s->stage_since = p->now;
        if (verdict->next == STAGE_RECONCILE)
            s->attempts = 0;
    }
    s->stage = verdict->next;
    p->now = verdict->due_at;
}

static void assert_rest(const struct place_in_walk *p,
                        const struct verdict *verdict)
{
    const struct submission *s = &p->submission;

    if (s->kind == SUBMISSION_MESSAGE) {
        assert_non_null(verdict->event);
        if (s->stage == STAGE_FINISHED)
            assert_non_null(s->chat_id);
        else
            assert_null(s->chat_id);
    } else {
        assert_null(verdict->event);
    }
    walk.finished += s->stage == STAGE_FINISHED;
    walk.buried += s->stage == STAGE_BURIED;
    if (p->now > walk.latest)
        walk.latest = p->now;
}

static void walk_from(struct place_in_walk p);

static void try_one(struct place_in_walk p, const struct finding *finding,
                    double random)
{
    struct submission *s = &p.submission;
    int64_t started = p.now;
    struct outcome outcome;
    struct verdict verdict;

    if (finding->hold != HOLD_NONE && p.holds++ >= HOLDS_MAX)
        return;
    if (s->stage == STAGE_DELIVER)
        s->intent_at = p.now; /* on record before the post */
    make_outcome(finding, &outcome);
    verdict = verdict_after(s, &outcome, &small, p.now, random);
    settle(&p, &outcome, &verdict);
    if (s->stage == STAGE_FINISHED || s->stage == STAGE_BURIED) {
        assert_rest(&p, &verdict);
        return;
    }
    /* A post that may have left is never followed by a post. */
    if (s->stage == STAGE_DELIVER)
        assert_int_equal(s->intent_at, 0);
    if (s->stage == STAGE_RESOLVE)
        assert_int_not_equal(s->intent_at, 0);
    assert_true(p.now > started);
    assert_true(p.now < START + LATEST);
    walk_from(p);
}

static void walk_from(struct place_in_walk p)
{
    static const double randoms[] = {0, 0.5, 0.999999};

    if (!first_time(&p))
        return;
    for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
        if (findings[i].stage != p.submission.stage)
            continue;
        for (size_t j = 0; j < sizeof(randoms) / sizeof(randoms[0]); j++)
            try_one(p, &findings[i], randoms[j]);
    }
}

static void start(enum submission_kind kind, enum stage stage)
{
    struct place_in_walk p = {.now = START};

    memset(&walk, 0, sizeof(walk));
    p.submission.kind = kind;
    p.submission.stage = stage;
    p.submission.received_at = START;
    p.submission.news_at = kind == SUBMISSION_NEWS ? START : 0;
    p.submission.stage_since = START;
    walk_from(p);
    assert_true(walk.finished > 0);
}

static void every_sequence_of_a_message_ends_finished_or_buried(void **state)
{
    (void)state;
    start(SUBMISSION_MESSAGE, STAGE_DELIVER);
    assert_true(walk.buried > 0);
    print_message("%zu states, the last at rest after %d ms of patience %d\n",
                  walk.states, (int)(walk.latest - START),
                  (int)(2 * small.give_up_ms + small.ticket_patience_ms));
}

static void every_sequence_of_a_news_ends_finished_or_buried(void **state)
{
    (void)state;
    start(SUBMISSION_NEWS, STAGE_CALLBACK);
    assert_true(walk.buried > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_a_message_ends_finished_or_buried),
        cmocka_unit_test(every_sequence_of_a_news_ends_finished_or_buried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Where next, when, what is believed, and what is told: row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "submission/verdict.h"

#include "base/banned.h"

#define NOW     INT64_C(1700000000000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* The largest random number there is, near enough: what it waits at most. */
#define MOST 0.9999999999

static const struct patience patience = {
    .retry_base_ms = 2000,
    .retry_cap_ms = HOUR_MS,
    .give_up_ms = 3 * DAY_MS,
    .resolve_soon_ms = 2000,
    .look_interval_ms = 60000,
    .reconcile_first_ms = 3000,
    .ticket_patience_ms = DAY_MS,
};

static char a_chat[] = "2104.1.x";

static struct submission at(enum stage stage, unsigned attempts)
{
    struct submission submission = {
        .stage = stage,
        .attempts = attempts,
        .received_at = NOW - 1000,
        .stage_since = NOW - 1000,
    };

    return submission;
}

static struct verdict judge(const struct submission *submission,
                            const struct outcome *outcome, double random)
{
    return verdict_after(submission, outcome, &patience, NOW, random);
}

static struct verdict after(struct submission submission,
                            enum outcome_kind kind, double random)
{
    struct outcome outcome;

    outcome_set(&outcome, kind, NULL);
    return judge(&submission, &outcome, random);
}

static struct outcome held(enum outcome_kind kind, enum hold_reason hold,
                           int status, int64_t retry_after_ms)
{
    struct outcome outcome;

    outcome_set(&outcome, kind, NULL);
    outcome.hold = hold;
    outcome.status = status;
    outcome.retry_after_ms = retry_after_ms;
    return outcome;
}

static void assert_about(int64_t value, int64_t expected)
{
    assert_in_range(value, expected - 2, expected);
}

static void a_busy_destination_is_given_twice_the_time(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 10; n++)
        assert_about(after(at(STAGE_DELIVER, n), OUTCOME_BUSY, MOST).due_at -
                         NOW,
                     2000 << n);
}

static void the_wait_never_passes_the_cap(void **state)
{
    (void)state;
    assert_about(after(at(STAGE_DELIVER, 40), OUTCOME_BUSY, MOST).due_at - NOW,
                 HOUR_MS);
    assert_about(
        after(at(STAGE_CALLBACK, 4000000000U), OUTCOME_BUSY, MOST).due_at - NOW,
        HOUR_MS);
}

static void jitter_takes_anything_from_nothing_to_the_whole(void **state)
{
    (void)state;
    assert_int_equal(after(at(STAGE_DELIVER, 3), OUTCOME_BUSY, 0).due_at,
                     NOW + 1);
    assert_int_equal(after(at(STAGE_DELIVER, 3), OUTCOME_BUSY, 0.5).due_at,
                     NOW + 8000);
}

static void
an_unanswered_post_is_looked_for_soon_and_keeps_its_intent(void **state)
{
    struct verdict verdict = after(at(STAGE_DELIVER, 0), OUTCOME_UNKNOWN, MOST);

    (void)state;
    assert_int_equal(verdict.next, STAGE_RESOLVE);
    assert_int_equal(verdict.due_at, NOW + 2000);
    assert_false(verdict.clear_intent);
    assert_true(verdict.count_attempt);
    assert_null(verdict.event);
}

static void after_a_look_the_next_comes_after_the_interval(void **state)
{
    struct submission submission = at(STAGE_RESOLVE, 2);
    struct outcome outcome;

    (void)state;
    outcome_set(&outcome, OUTCOME_UNKNOWN, NULL);
    outcome.looked = true;
    assert_int_equal(judge(&submission, &outcome, MOST).due_at, NOW + 60000);
    outcome.looked = false;
    assert_about(judge(&submission, &outcome, MOST).due_at, NOW + 68000);
}

static void what_surely_did_not_land_loses_its_intent(void **state)
{
    struct submission submission = at(STAGE_RESOLVE, 2);
    struct outcome outcome;
    struct verdict verdict;

    (void)state;
    outcome_set(&outcome, OUTCOME_BUSY, NULL);
    outcome.nothing_sent = true;
    verdict = judge(&submission, &outcome, MOST);
    assert_int_equal(verdict.next, STAGE_DELIVER);
    assert_true(verdict.clear_intent);
}

/* The answers of the destination to a post, and what they prove. */
static void only_proof_clears_an_intent(void **state)
{
    /* clang-format off */
    static const struct {
        enum stage stage; enum outcome_kind kind; int status;
        bool nothing_sent, chat, cleared;
    } rows[] = {
        { STAGE_DELIVER, OUTCOME_REFUSED, 422, false, false, true },
        { STAGE_DELIVER, OUTCOME_REFUSED, 302, false, false, false },
        { STAGE_DELIVER, OUTCOME_BUSY,    429, false, false, true },
        { STAGE_DELIVER, OUTCOME_BUSY,    401, false, false, true },
        { STAGE_DELIVER, OUTCOME_BUSY,    0,   true,  false, true },
        { STAGE_DELIVER, OUTCOME_BUSY,    0,   false, false, false },
        { STAGE_DELIVER, OUTCOME_UNKNOWN, 408, false, false, false },
        { STAGE_DELIVER, OUTCOME_UNKNOWN, 409, false, false, false },
        { STAGE_DELIVER, OUTCOME_UNKNOWN, 500, false, false, false },
        { STAGE_DELIVER, OUTCOME_UNKNOWN, 201, false, false, false },
        { STAGE_DELIVER, OUTCOME_DONE,    201, false, true,  true },
        { STAGE_RESOLVE, OUTCOME_UNKNOWN, 404, false, false, false },
        { STAGE_RESOLVE, OUTCOME_UNKNOWN, 429, false, false, false },
        { STAGE_RESOLVE, OUTCOME_REFUSED, 200, false, false, false },
        { STAGE_RESOLVE, OUTCOME_DONE,    200, false, true,  true },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct submission submission = at(rows[i].stage, 1);
        struct outcome outcome;

        outcome_set(&outcome, rows[i].kind, NULL);
        outcome.status = rows[i].status;
        outcome.nothing_sent = rows[i].nothing_sent;
        if (rows[i].chat)
            snprintf(outcome.chat_id, sizeof(outcome.chat_id), "%s", a_chat);
        submission.intent_at = NOW - 10;
        assert_int_equal(judge(&submission, &outcome, 0).clear_intent,
                         rows[i].cleared);
    }
}

static void a_rate_limit_holds_the_destination_and_counts_nothing(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 0);
    struct outcome outcome = held(OUTCOME_BUSY, HOLD_RATE_LIMIT, 429, 17000);
    struct verdict verdict = judge(&submission, &outcome, 0);

    (void)state;
    assert_int_equal(verdict.next, STAGE_DELIVER);
    assert_int_equal(verdict.hold_ms, 17000);
    assert_int_equal(verdict.due_at, NOW + 17000);
    assert_false(verdict.count_attempt);
    assert_about(judge(&submission, &outcome, MOST).due_at, NOW + 17000 + 2700);
}

static void a_rate_limit_without_a_time_holds_half_a_minute(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 0);
    struct outcome outcome = held(OUTCOME_BUSY, HOLD_RATE_LIMIT, 429, -1);

    (void)state;
    assert_int_equal(judge(&submission, &outcome, 0).hold_ms, 30000);
}

static void
wrong_credentials_hold_the_destination_and_bury_nothing(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 50);
    struct outcome outcome = held(OUTCOME_BUSY, HOLD_CREDENTIALS, 401, -1);
    struct verdict verdict;

    (void)state;
    submission.received_at = NOW - 30 * DAY_MS;
    verdict = judge(&submission, &outcome, 0);
    assert_int_equal(verdict.next, STAGE_DELIVER);
    assert_int_equal(verdict.hold_ms, 30000);
    assert_false(verdict.count_attempt);
    outcome.hold = HOLD_FORBIDDEN;
    assert_int_equal(judge(&submission, &outcome, 0).hold_ms, 30000);
}

static void when_a_hold_is_resumed_what_waited_is_due(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 0);
    struct outcome outcome = held(OUTCOME_BUSY, HOLD_CREDENTIALS, 401, -1);

    (void)state;
    assert_in_range(judge(&submission, &outcome, MOST).due_at, NOW, NOW + 2000);
}

static void a_receiver_that_names_a_time_is_not_asked_before(void **state)
{
    struct submission submission = at(STAGE_CALLBACK, 0);
    struct outcome outcome = held(OUTCOME_BUSY, HOLD_NONE, 503, 600000);

    (void)state;
    assert_int_equal(judge(&submission, &outcome, 0).due_at, NOW + 600000);
    assert_int_equal(judge(&submission, &outcome, 0).hold_ms, 0);
    assert_true(judge(&submission, &outcome, 0).count_attempt);
}

static void one_that_was_tried_for_days_is_buried_and_told_of(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 70);
    struct verdict verdict;

    (void)state;
    submission.received_at = NOW - 3 * DAY_MS;
    verdict = after(submission, OUTCOME_BUSY, 0);
    assert_int_equal(verdict.outcome, OUTCOME_SPENT);
    assert_int_equal(verdict.next, STAGE_BURIED);
    assert_string_equal(verdict.event, "submission.failed");
    submission.received_at++;
    assert_int_equal(after(submission, OUTCOME_BUSY, 0).next, STAGE_DELIVER);
}

static void an_old_one_that_is_replayed_gets_four_tries(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 0);

    (void)state;
    submission.received_at = NOW - 30 * DAY_MS;
    for (; submission.attempts < 4; submission.attempts++)
        assert_int_equal(after(submission, OUTCOME_BUSY, 0).next,
                         STAGE_DELIVER);
    assert_int_equal(after(submission, OUTCOME_BUSY, 0).next, STAGE_BURIED);
}

static void the_last_post_is_looked_for_like_any_other(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 70);

    (void)state;
    submission.received_at = NOW - 4 * DAY_MS;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).next, STAGE_RESOLVE);
    submission.stage = STAGE_RESOLVE;
    submission.intent_at = NOW - 2 * DAY_MS;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).next, STAGE_RESOLVE);
    assert_int_equal(after(submission, OUTCOME_BUSY, 0).next, STAGE_BURIED);
    submission.intent_at = NOW - 3 * DAY_MS;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).next, STAGE_BURIED);
}

static void looks_for_a_ticket_become_ever_rarer(void **state)
{
    struct submission submission = at(STAGE_RECONCILE, 0);

    (void)state;
    submission.stage_since = NOW - 3000;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).due_at, NOW + 3000);
    submission.stage_since = NOW - 60000;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).due_at, NOW + 30000);
    assert_about(after(submission, OUTCOME_UNKNOWN, MOST).due_at, NOW + 33000);
    submission.stage_since = NOW - 20 * HOUR_MS;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).due_at,
                     NOW + HOUR_MS);
}

static void the_last_look_for_a_ticket_comes_at_the_end(void **state)
{
    struct submission submission = at(STAGE_RECONCILE, 4);
    struct verdict verdict;

    (void)state;
    submission.stage_since = NOW - DAY_MS + 100;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, MOST).due_at,
                     NOW + 100);
    submission.stage_since = NOW - DAY_MS;
    verdict = after(submission, OUTCOME_UNKNOWN, MOST);
    assert_int_equal(verdict.outcome, OUTCOME_SPENT);
    assert_int_equal(verdict.next, STAGE_FINISHED);
    assert_string_equal(verdict.event, "submission.unlinked");
}

static void a_clock_that_was_set_ends_no_look_for_a_ticket(void **state)
{
    struct submission submission = at(STAGE_RECONCILE, 3);

    (void)state;
    submission.stage_since = NOW - 2 * DAY_MS;
    assert_int_equal(after(submission, OUTCOME_UNKNOWN, 0).next,
                     STAGE_RECONCILE);
}

static void every_change_a_website_hears_of_makes_a_news(void **state)
{
    struct submission submission = at(STAGE_DELIVER, 0);
    struct outcome outcome;

    (void)state;
    assert_string_equal(after(submission, OUTCOME_DONE, 0).event,
                        "submission.delivered");
    assert_string_equal(after(submission, OUTCOME_REFUSED, 0).event,
                        "submission.failed");
    assert_string_equal(after(at(STAGE_RESOLVE, 1), OUTCOME_DONE, 0).event,
                        "submission.delivered");
    outcome_set(&outcome, OUTCOME_DONE, NULL);
    outcome.ticket_id = 83;
    submission = at(STAGE_RECONCILE, 0);
    assert_string_equal(judge(&submission, &outcome, 0).event,
                        "submission.linked");
    assert_null(after(submission, OUTCOME_UNKNOWN, 0).event);
}

static void a_news_makes_no_news(void **state)
{
    struct submission submission = at(STAGE_CALLBACK, 0);

    (void)state;
    submission.kind = SUBMISSION_NEWS;
    assert_null(after(submission, OUTCOME_DONE, 0).event);
    assert_null(after(submission, OUTCOME_REFUSED, 0).event);
}

static void a_news_is_given_up_by_its_own_age(void **state)
{
    struct submission submission = at(STAGE_CALLBACK, 20);

    (void)state;
    submission.kind = SUBMISSION_NEWS;
    submission.received_at = NOW - 30 * DAY_MS;
    submission.news_at = NOW - DAY_MS;
    assert_int_equal(after(submission, OUTCOME_BUSY, 0).next, STAGE_CALLBACK);
    submission.news_at = NOW - 3 * DAY_MS;
    assert_int_equal(after(submission, OUTCOME_BUSY, 0).next, STAGE_BURIED);
}

static void a_ticket_found_with_the_chat_is_reconciled_at_once(void **state)
{
    struct submission submission = at(STAGE_RESOLVE, 1);
    struct outcome outcome;

    (void)state;
    outcome_set(&outcome, OUTCOME_DONE, NULL);
    assert_int_equal(judge(&submission, &outcome, 0).due_at, NOW + 3000);
    outcome.ticket_id = 83;
    assert_int_equal(judge(&submission, &outcome, 0).due_at, NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_destination_is_given_twice_the_time),
        cmocka_unit_test(the_wait_never_passes_the_cap),
        cmocka_unit_test(jitter_takes_anything_from_nothing_to_the_whole),
        cmocka_unit_test(
            an_unanswered_post_is_looked_for_soon_and_keeps_its_intent),
        cmocka_unit_test(after_a_look_the_next_comes_after_the_interval),
        cmocka_unit_test(what_surely_did_not_land_loses_its_intent),
        cmocka_unit_test(only_proof_clears_an_intent),
        cmocka_unit_test(a_rate_limit_holds_the_destination_and_counts_nothing),
        cmocka_unit_test(a_rate_limit_without_a_time_holds_half_a_minute),
        cmocka_unit_test(
            wrong_credentials_hold_the_destination_and_bury_nothing),
        cmocka_unit_test(when_a_hold_is_resumed_what_waited_is_due),
        cmocka_unit_test(a_receiver_that_names_a_time_is_not_asked_before),
        cmocka_unit_test(one_that_was_tried_for_days_is_buried_and_told_of),
        cmocka_unit_test(an_old_one_that_is_replayed_gets_four_tries),
        cmocka_unit_test(the_last_post_is_looked_for_like_any_other),
        cmocka_unit_test(looks_for_a_ticket_become_ever_rarer),
        cmocka_unit_test(the_last_look_for_a_ticket_comes_at_the_end),
        cmocka_unit_test(a_clock_that_was_set_ends_no_look_for_a_ticket),
        cmocka_unit_test(every_change_a_website_hears_of_makes_a_news),
        cmocka_unit_test(a_news_makes_no_news),
        cmocka_unit_test(a_news_is_given_up_by_its_own_age),
        cmocka_unit_test(a_ticket_found_with_the_chat_is_reconciled_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

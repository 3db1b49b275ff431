/* What an operator reads of a submission: its state, and what comes next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "describe/describe.h"

#include "base/banned.h"

#define NOW INT64_C(1795338000000)

static char error_text[] = "Zendesk broke";

static struct submission in(enum place place, enum stage stage)
{
    struct submission submission = {.place = place, .stage = stage};

    snprintf(submission.id, sizeof(submission.id), "support-01J");
    return submission;
}

/* Whether what is said of the next step has these words. */
static bool says(const struct submission *submission, const struct tally *tally,
                 const char *words)
{
    struct buf next;
    bool found;

    buf_init(&next, DESCRIBE_MAX);
    describe_next(&next, submission, tally, NOW);
    found = strstr(buf_str(&next), words) != NULL;
    if (!found)
        print_message("not '%s' in '%s'\n", words, buf_str(&next));
    buf_clear(&next);
    return found;
}

static void a_wait_is_told_with_its_length_and_reason(void **state)
{
    struct submission submission = in(PLACE_DUE, STAGE_DELIVER);

    (void)state;
    submission.due_at = NOW + 300000;
    submission.error = error_text;
    assert_true(says(&submission, NULL, "it is sent in 5 min"));
    assert_true(says(&submission, NULL, "last time: Zendesk broke"));
    submission.due_at = NOW;
    assert_true(says(&submission, NULL, "as soon as a worker is free"));
}

static void a_hold_is_told_with_what_to_do(void **state)
{
    struct submission submission = in(PLACE_DUE, STAGE_DELIVER);
    struct tally tally = {.hold = HOLD_CREDENTIALS};

    (void)state;
    assert_true(says(&submission, &tally, "(401); renew"));
    submission.stage = STAGE_CALLBACK;
    assert_true(says(&submission, &tally, "told as soon as a worker is free"));
    tally.hold = HOLD_OPERATOR;
    assert_true(says(&submission, &tally, "resume"));
}

static void what_hinders_it_is_told(void **state)
{
    struct submission submission = in(PLACE_DUE, STAGE_DELIVER);
    struct tally open = {.probe_at = NOW, .budget_left = -1};
    struct tally asks = {.asking = true, .budget_left = -1};
    struct tally spent = {.budget_left = 0};
    struct tally brown = {.brown_until = NOW + 1, .budget_left = -1};

    (void)state;
    submission.due_at = NOW;
    assert_true(says(&submission, &open, "it does not answer"));
    assert_true(says(&submission, &asks, "did not accept the token"));
    assert_true(says(&submission, &spent, "budget_per_minute"));
    assert_false(says(&submission, &brown, "but"));
    submission.attempts = 1;
    assert_true(says(&submission, &brown, "fails"));
    asks.asking_tickets = true;
    assert_false(says(&submission, &asks, "but"));
    submission.stage = STAGE_RECONCILE;
    assert_true(says(&submission, &asks, "ask for tickets"));
    submission.stage = STAGE_CALLBACK;
    assert_false(says(&submission, &open, "but"));
}

static void a_callback_that_is_not_made_is_told(void **state)
{
    static char form[] = "contact";
    struct submission submission = in(PLACE_DONE, STAGE_FINISHED);

    (void)state;
    submission.form = form;
    submission.ticket_id = 83;
    submission.callback = CALLBACK_PENDING;
    assert_true(says(&submission, NULL, "still to be told"));
    submission.callback = CALLBACK_FAILED;
    assert_true(says(&submission, NULL, "--state failed --form contact"));
    submission.callback = CALLBACK_SENT;
    assert_false(says(&submission, NULL, "told"));
}

static void a_replaced_redis_is_told_as_the_reason_to_wait(void **state)
{
    struct submission submission = in(PLACE_DUE, STAGE_DELIVER);
    struct tally tally = {.grace_ms = 40000};

    (void)state;
    submission.due_at = NOW;
    assert_true(says(&submission, &tally, "it is sent in 40 s, since Redis"));
    submission.due_at = NOW + 300000;
    assert_true(says(&submission, &tally, "it is sent in 5 min"));
}

static void what_lies_still_says_how_it_moves_again(void **state)
{
    struct submission buried = in(PLACE_DEAD, STAGE_BURIED);
    struct submission held = in(PLACE_HELD, STAGE_DELIVER);

    (void)state;
    buried.error = error_text;
    assert_true(says(&buried, NULL, "set aside: Zendesk broke"));
    assert_true(says(&buried, NULL, "'afterhours replay support-01J'"));
    assert_true(says(&held, NULL, "'afterhours release support-01J'"));
}

static void an_end_without_a_ticket_is_told(void **state)
{
    struct submission submission = in(PLACE_DONE, STAGE_FINISHED);

    (void)state;
    assert_true(says(&submission, NULL, "no ticket appeared"));
    submission.ticket_id = 83;
    assert_true(says(&submission, NULL, "finished"));
}

static void every_hold_has_words(void **state)
{
    (void)state;
    for (int i = HOLD_NONE + 1; i < HOLD_COUNT; i++) {
        assert_string_not_equal(describe_hold((enum hold_reason)i), "");
        assert_string_not_equal(describe_hold_advice((enum hold_reason)i), "");
    }
}

static void a_news_is_told_apart_from_its_message(void **state)
{
    struct submission news = in(PLACE_DEAD, STAGE_BURIED);

    (void)state;
    news.kind = SUBMISSION_NEWS;
    assert_string_equal(describe_state(&news), "callback failed");
    news.kind = SUBMISSION_MESSAGE;
    assert_string_equal(describe_state(&news), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_is_told_with_its_length_and_reason),
        cmocka_unit_test(a_hold_is_told_with_what_to_do),
        cmocka_unit_test(what_hinders_it_is_told),
        cmocka_unit_test(a_callback_that_is_not_made_is_told),
        cmocka_unit_test(a_replaced_redis_is_told_as_the_reason_to_wait),
        cmocka_unit_test(what_lies_still_says_how_it_moves_again),
        cmocka_unit_test(an_end_without_a_ticket_is_told),
        cmocka_unit_test(every_hold_has_words),
        cmocka_unit_test(a_news_is_told_apart_from_its_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

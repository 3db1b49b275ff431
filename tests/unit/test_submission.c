/* Copies, and what the sender is told of each place and stage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "submission/outcome.h"
#include "submission/submission.h"

#include "base/banned.h"

static struct submission in(enum place place, enum stage stage)
{
    struct submission submission = {.place = place, .stage = stage};

    return submission;
}

static enum state told(struct submission submission)
{
    return submission_state(&submission);
}

static void a_new_one_is_queued_until_its_post_may_leave(void **state)
{
    struct submission s = in(PLACE_RUN, STAGE_DELIVER);

    (void)state;
    assert_int_equal(told(in(PLACE_DUE, STAGE_DELIVER)), STATE_QUEUED);
    assert_int_equal(told(s), STATE_QUEUED);
    s.intent_at = 1;
    assert_int_equal(told(s), STATE_DELIVERING);
}

static void one_that_is_looked_for_is_delivering(void **state)
{
    (void)state;
    assert_int_equal(told(in(PLACE_DUE, STAGE_RESOLVE)), STATE_DELIVERING);
    assert_int_equal(told(in(PLACE_RUN, STAGE_RESOLVE)), STATE_DELIVERING);
}

static void one_in_reconcile_is_delivered(void **state)
{
    (void)state;
    assert_int_equal(told(in(PLACE_DUE, STAGE_RECONCILE)), STATE_DELIVERED);
    assert_int_equal(told(in(PLACE_RUN, STAGE_RECONCILE)), STATE_DELIVERED);
}

static void a_finished_one_is_linked_if_it_has_a_ticket(void **state)
{
    struct submission s = in(PLACE_DONE, STAGE_FINISHED);

    (void)state;
    assert_int_equal(told(s), STATE_UNLINKED);
    s.ticket_id = 83;
    assert_int_equal(told(s), STATE_LINKED);
}

static void a_buried_one_has_failed_unless_zendesk_has_it(void **state)
{
    struct submission s = in(PLACE_DEAD, STAGE_BURIED);
    char chat_id[] = "2104.1.x";

    (void)state;
    assert_int_equal(told(s), STATE_FAILED);
    s.chat_id = chat_id;
    assert_int_equal(told(s), STATE_UNLINKED);
    s.ticket_id = 83;
    assert_int_equal(told(s), STATE_LINKED);
}

static void a_held_one_is_quarantined(void **state)
{
    (void)state;
    assert_int_equal(told(in(PLACE_HELD, STAGE_DELIVER)), STATE_QUARANTINED);
}

static void a_copy_owns_its_own_texts(void **state)
{
    struct submission from = in(PLACE_DUE, STAGE_DELIVER), to;

    (void)state;
    from.destination = alloc_text("support");
    from.form = alloc_text("contact");
    from.message = alloc_text("{}");
    from.error = alloc_text("busy");
    from.attempts = 7;
    submission_copy(&to, &from);
    submission_clear(&from);
    assert_string_equal(to.destination, "support");
    assert_string_equal(to.message, "{}");
    assert_string_equal(to.error, "busy");
    assert_null(to.chat_id);
    assert_int_equal(to.attempts, 7);
    submission_clear(&to);
    assert_null(to.destination);
    submission_clear(&to);
    submission_clear(NULL);
}

static void every_state_and_hold_is_found_by_its_name(void **state)
{
    enum state found = STATE_COUNT;
    enum hold_reason hold = HOLD_COUNT;

    (void)state;
    for (int i = 0; i < STATE_COUNT; i++) {
        assert_true(state_by_name(state_name((enum state)i), &found));
        assert_int_equal(found, i);
    }
    for (int i = 0; i < HOLD_COUNT; i++) {
        assert_true(
            hold_reason_by_name(hold_reason_name((enum hold_reason)i), &hold));
        assert_int_equal(hold, i);
    }
    assert_false(state_by_name("done", &found));
    assert_false(hold_reason_by_name("", &hold));
    assert_string_equal(place_name(PLACE_DEAD), "dead");
    assert_string_equal(callback_state_name(CALLBACK_PENDING), "pending");
}

static void a_reason_longer_than_its_room_is_cut(void **state)
{
    struct outcome outcome;
    char text[2 * SUBMISSION_REASON_SIZE];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    outcome_set(&outcome, OUTCOME_BUSY, text);
    assert_int_equal(strlen(outcome.reason), SUBMISSION_REASON_SIZE - 1);
    assert_int_equal(outcome.retry_after_ms, -1);
    outcome_set(&outcome, OUTCOME_DONE, NULL);
    assert_string_equal(outcome.reason, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_is_queued_until_its_post_may_leave),
        cmocka_unit_test(one_that_is_looked_for_is_delivering),
        cmocka_unit_test(one_in_reconcile_is_delivered),
        cmocka_unit_test(a_finished_one_is_linked_if_it_has_a_ticket),
        cmocka_unit_test(a_buried_one_has_failed_unless_zendesk_has_it),
        cmocka_unit_test(a_held_one_is_quarantined),
        cmocka_unit_test(a_copy_owns_its_own_texts),
        cmocka_unit_test(every_state_and_hold_is_found_by_its_name),
        cmocka_unit_test(a_reason_longer_than_its_room_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

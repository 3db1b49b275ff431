/* The table of moves, row by row, and the names that others rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "submission/stage.h"

#include "base/banned.h"

static enum stage next(enum stage stage, enum outcome_kind outcome)
{
    return stage_after(stage, outcome);
}

static void the_straight_line_is_deliver_reconcile_finished(void **state)
{
    (void)state;
    assert_int_equal(next(STAGE_DELIVER, OUTCOME_DONE), STAGE_RECONCILE);
    assert_int_equal(next(STAGE_RECONCILE, OUTCOME_DONE), STAGE_FINISHED);
    assert_int_equal(next(STAGE_CALLBACK, OUTCOME_DONE), STAGE_FINISHED);
}

static void an_unanswered_delivery_is_never_simply_repeated(void **state)
{
    (void)state;
    assert_int_equal(next(STAGE_DELIVER, OUTCOME_UNKNOWN), STAGE_RESOLVE);
    assert_int_equal(next(STAGE_RESOLVE, OUTCOME_UNKNOWN), STAGE_RESOLVE);
}

static void what_did_not_land_is_posted_again(void **state)
{
    (void)state;
    assert_int_equal(next(STAGE_RESOLVE, OUTCOME_BUSY), STAGE_DELIVER);
}

static void what_landed_is_never_buried(void **state)
{
    (void)state;
    for (int kind = 0; kind < OUTCOME_COUNT; kind++)
        assert_int_not_equal(next(STAGE_RECONCILE, (enum outcome_kind)kind),
                             STAGE_BURIED);
}

static void what_came_to_rest_stays_there(void **state)
{
    (void)state;
    for (int kind = 0; kind < OUTCOME_COUNT; kind++) {
        assert_int_equal(next(STAGE_FINISHED, (enum outcome_kind)kind),
                         STAGE_FINISHED);
        assert_int_equal(next(STAGE_BURIED, (enum outcome_kind)kind),
                         STAGE_BURIED);
    }
}

static void every_stage_is_found_by_its_name(void **state)
{
    enum stage found = STAGE_COUNT;

    (void)state;
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        assert_true(stage_by_name(stage_name((enum stage)stage), &found));
        assert_int_equal(found, stage);
    }
    assert_false(stage_by_name("delivery", &found));
    assert_int_equal(found, STAGE_BURIED);
    assert_string_equal(outcome_name(OUTCOME_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_straight_line_is_deliver_reconcile_finished),
        cmocka_unit_test(an_unanswered_delivery_is_never_simply_repeated),
        cmocka_unit_test(what_did_not_land_is_posted_again),
        cmocka_unit_test(what_landed_is_never_buried),
        cmocka_unit_test(what_came_to_rest_stays_there),
        cmocka_unit_test(every_stage_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a destination's answers do to it: the breaker, and what is left of a
 * budget that others spend too. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

#define BUDGET   "{support}budget"
#define FAILURES 5
#define PROBE_MS 60000
#define CAP_MS   200000

static int set_up(void **state)
{
    int failed = qscene_setup(state);
    struct queue_scene *scene = *state;
    struct settings_destination *support = scene->settings->destinations;

    support->breaker_failures = FAILURES;
    support->breaker_probe_ms = PROBE_MS;
    support->breaker_cap_ms = CAP_MS;
    return failed;
}

static void on_heard(void *context, enum breaker_change change,
                     int64_t probe_ms, const struct error *err)
{
    struct queue_scene *scene = context;

    assert_null(err);
    scene->number = probe_ms;
    scene->result = (enum accept_result)change;
    scene->answers++;
}

/* The change; scene->number is when the next probe is. */
static enum breaker_change tell(struct queue_scene *scene,
                                struct weather weather)
{
    queue_report(scene->queue, "support", &weather, on_heard, scene);
    run_until_count(scene->loop, &scene->answers, scene->answers + 1);
    return (enum breaker_change)scene->result;
}

static enum breaker_change bad(struct queue_scene *scene, unsigned count)
{
    return tell(scene,
                (struct weather){.bad = count, .lost = count, .left = -1});
}

static enum breaker_change good(struct queue_scene *scene)
{
    return tell(scene, (struct weather){.good = 1, .left = -1});
}

static void open_it(struct queue_scene *scene)
{
    assert_int_equal(bad(scene, FAILURES), BREAKER_OPENED);
}

static void probe_is_due(struct queue_scene *scene)
{
    qscene_redis(scene, "HSET", BUDGET, "probe", "1", NULL);
}

static void only_a_row_of_failures_opens_it(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(bad(scene, FAILURES - 1), BREAKER_AS_BEFORE);
        assert_int_equal(good(scene), BREAKER_AS_BEFORE);
    }
    assert_int_equal(bad(scene, FAILURES - 1), BREAKER_AS_BEFORE);
    assert_int_equal(bad(scene, 1), BREAKER_OPENED);
    assert_int_equal(scene->number, PROBE_MS);
    assert_true(qscene_tally(scene)->probe_at > clock_wall_ms());
}

static void failures_far_apart_are_no_row(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(bad(scene, FAILURES - 1), BREAKER_AS_BEFORE);
    qscene_redis(scene, "HINCRBY", BUDGET, "run_at", "-61000", NULL);
    assert_int_equal(bad(scene, FAILURES - 1), BREAKER_AS_BEFORE);
}

static void while_open_nothing_is_given_and_no_attempt_is_counted(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    open_it(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
    assert_int_equal(qscene_find(scene, scene->id)->attempts, 0);
}

static void one_probe_at_a_time_is_let_through(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 4; i++)
        qscene_accept(scene, NULL);
    open_it(scene);
    probe_is_due(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 1);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 0);
}

static void each_probe_in_vain_doubles_the_wait_up_to_the_cap(void **state)
{
    struct queue_scene *scene = *state;
    const int64_t waits[] = {2 * PROBE_MS, CAP_MS, CAP_MS};

    for (int i = 0; i < 4; i++)
        qscene_accept(scene, NULL);
    open_it(scene);
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        probe_is_due(scene);
        assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 1);
        assert_int_equal(bad(scene, 1), BREAKER_FAILED);
        assert_int_equal(scene->number, waits[i]);
    }
}

static void what_was_sent_before_it_opened_doubles_nothing(void **state)
{
    struct queue_scene *scene = *state;

    open_it(scene);
    assert_int_equal(bad(scene, 200), BREAKER_AS_BEFORE);
    assert_string_equal(qscene_redis(scene, "HGET", BUDGET, "open", NULL),
                        "60000");
}

static void one_answer_closes_it(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 4; i++)
        qscene_accept(scene, NULL);
    open_it(scene);
    assert_int_equal(good(scene), BREAKER_CLOSED);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 4);
    assert_int_equal(qscene_tally(scene)->probe_at, 0);
}

static void callbacks_go_on_while_it_is_open(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    open_it(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 0);
}

static void without_a_limit_there_is_no_breaker(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->destinations[0].breaker_failures = 0;
    assert_int_equal(bad(scene, 1000), BREAKER_AS_BEFORE);
}

static void what_others_have_spent_is_not_spent_again(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->destinations[0].budget_per_minute = 100; /* bursts of 20 */
    for (int i = 0; i < 20; i++)
        qscene_accept(scene, NULL);
    tell(scene, (struct weather){.good = 1, .left = 3});
    assert_int_equal(qscene_tally(scene)->budget_left, 3);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 20), 3);
}

static void what_is_left_never_adds_to_what_we_may_spend(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->destinations[0].budget_per_minute = 100;
    tell(scene, (struct weather){.good = 1, .left = 3});
    tell(scene, (struct weather){.good = 1, .left = 180});
    assert_in_range(qscene_tally(scene)->budget_left, 3, 4);
}

static void an_empty_window_is_waited_for_when_its_end_is_told(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->destinations[0].budget_per_minute = 60000;
    qscene_accept(scene, NULL);
    tell(scene, (struct weather){.good = 1, .left = 0, .left_for_ms = 30000});
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    qscene_redis(scene, "HINCRBY", BUDGET, "at", "-30500", NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
}

/* So much of a hundred requests has failed lately, none of them in a row. */
static void fail_of_a_hundred(struct queue_scene *scene, unsigned lost)
{
    tell(scene, (struct weather){.good = 100 - lost, .lost = lost, .left = -1});
}

/* So many that were tried once, in vain, and may be tried again now. */
static void make_tried(struct queue_scene *scene, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        qscene_accept(scene, NULL);
        assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
        qscene_intend(scene, 0);
        scene->reservation.items[0].outcome.nothing_sent = true;
        qscene_settle(scene, 0,
                      (struct verdict){.next = STAGE_DELIVER,
                                       .due_at = 1,
                                       .count_attempt = true,
                                       .clear_intent = true});
    }
}

static void in_a_brown_out_a_dozen_first_tries_earn_another_try(void **state)
{
    struct queue_scene *scene = *state;

    make_tried(scene, 1);
    fail_of_a_hundred(scene, 30);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 0);
    for (int i = 0; i < 13; i++)
        qscene_accept(scene, NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 20), 13);
    qscene_redis(scene, "ZUNIONSTORE", "{support}due:deliver", "1",
                 "{support}due:deliver", "WEIGHTS", "0", NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 1);
}

static void in_a_brown_out_fifty_tickets_are_asked_for_at_once(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    fail_of_a_hundred(scene, 30);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
    qscene_redis(scene, "HINCRBY", BUDGET, "brown", "-60000", NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 1);
}

static void what_waits_in_a_brown_out_is_not_counted_as_tried(void **state)
{
    struct queue_scene *scene = *state;

    make_tried(scene, 1);
    fail_of_a_hundred(scene, 30);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
    assert_int_equal(qscene_find(scene, scene->id)->attempts, 1);
}

static void few_failures_are_no_brown_out(void **state)
{
    struct queue_scene *scene = *state;

    make_tried(scene, 2);
    fail_of_a_hundred(scene, 10);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 2);
}

static void a_probe_may_be_a_second_try(void **state)
{
    struct queue_scene *scene = *state;

    make_tried(scene, 2);
    fail_of_a_hundred(scene, 90);
    open_it(scene);
    probe_is_due(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 1);
}

/* Else what asks for tickets would keep it up with its good answers. */
static void good_answers_alone_do_not_prolong_a_brown_out(void **state)
{
    struct queue_scene *scene = *state;
    const char *until;

    fail_of_a_hundred(scene, 90);
    qscene_redis(scene, "HSET", BUDGET, "brown", "7", NULL);
    tell(scene, (struct weather){.good = 1, .left = -1});
    until = qscene_redis(scene, "HGET", BUDGET, "brown", NULL);
    assert_string_equal(until, "7");
}

static void a_brown_out_of_which_nothing_is_heard_is_over(void **state)
{
    struct queue_scene *scene = *state;

    make_tried(scene, 2);
    fail_of_a_hundred(scene, 30);
    qscene_redis(scene, "HINCRBY", BUDGET, "brown", "-60000", NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 2);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(only_a_row_of_failures_opens_it),
        TEST(failures_far_apart_are_no_row),
        TEST(while_open_nothing_is_given_and_no_attempt_is_counted),
        TEST(one_probe_at_a_time_is_let_through),
        TEST(each_probe_in_vain_doubles_the_wait_up_to_the_cap),
        TEST(what_was_sent_before_it_opened_doubles_nothing),
        TEST(one_answer_closes_it),
        TEST(callbacks_go_on_while_it_is_open),
        TEST(without_a_limit_there_is_no_breaker),
        TEST(what_others_have_spent_is_not_spent_again),
        TEST(what_is_left_never_adds_to_what_we_may_spend),
        TEST(in_a_brown_out_a_dozen_first_tries_earn_another_try),
        TEST(in_a_brown_out_fifty_tickets_are_asked_for_at_once),
        TEST(what_waits_in_a_brown_out_is_not_counted_as_tried),
        TEST(few_failures_are_no_brown_out),
        TEST(a_probe_may_be_a_second_try),
        TEST(good_answers_alone_do_not_prolong_a_brown_out),
        TEST(a_brown_out_of_which_nothing_is_heard_is_over),
        TEST(an_empty_window_is_waited_for_when_its_end_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

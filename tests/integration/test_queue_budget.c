/* The budget of requests: how many may go out, and who comes first. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

#define BUDGET 600 /* a minute: a burst of 120, and eight a second */

static void set_budget(struct queue_scene *scene, unsigned per_minute,
                       double reserve)
{
    scene->settings->destinations[0].budget_per_minute = per_minute;
    scene->settings->destinations[0].reserve = reserve;
}

static void accept_many(struct queue_scene *scene, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        qscene_accept(scene, NULL);
}

/* As if so many ms had gone by for the budget. */
static void pass_time(struct queue_scene *scene, const char *ms)
{
    char less[24];

    snprintf(less, sizeof(less), "-%s", ms);
    qscene_redis(scene, "HINCRBY", "{support}budget", "at", less, NULL);
}

/* As if the questions for tickets had waited for company long enough. */
static void wait_for_company(struct queue_scene *scene)
{
    qscene_redis(scene, "ZUNIONSTORE", "{support}due:reconcile", "1",
                 "{support}due:reconcile", "WEIGHTS", "0", NULL);
}

static unsigned take_all(struct queue_scene *scene, enum stage stage)
{
    unsigned taken = 0;
    size_t count;

    while ((count = qscene_reserve(scene, stage, 64)) > 0)
        taken += (unsigned)count;
    return taken;
}

static void the_budget_is_never_exceeded(void **state)
{
    struct queue_scene *scene = *state;
    int64_t began_at = clock_boot_ms();
    unsigned first, taken, over;

    set_budget(scene, BUDGET, 0.2);
    accept_many(scene, 700);
    first = taken = take_all(scene, STAGE_DELIVER);
    for (int second = 1; second < 60; second++) {
        pass_time(scene, "1000");
        taken += take_all(scene, STAGE_DELIVER);
    }
    over = (unsigned)(8 * (clock_boot_ms() - began_at) / 1000 + 1);
    assert_in_range(first, 120, 120 + over);
    assert_in_range(taken, BUDGET - 10, BUDGET + over);
}

static void an_empty_budget_says_when_the_next_token_comes(void **state)
{
    struct queue_scene *scene = *state;
    int64_t now;

    set_budget(scene, 60, 0.2); /* a burst of 12, then one every 1.25 s */
    accept_many(scene, 20);
    take_all(scene, STAGE_DELIVER);
    now = clock_wall_ms();
    assert_in_range(scene->reservation.next_at, now, now + 1500);
    assert_int_equal(qscene_tally(scene)->budget_left, 0);
}

static void a_look_costs_two_requests(void **state)
{
    struct queue_scene *scene = *state;

    set_budget(scene, 25, 0.2); /* a burst of 5 */
    accept_many(scene, 2);
    qscene_reserve(scene, STAGE_DELIVER, 2);
    qscene_intend(scene, 0);
    qscene_intend(scene, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_RESOLVE, 0));
    qscene_settle(scene, 1, qscene_verdict(STAGE_RESOLVE, 0));
    assert_int_equal(qscene_tally(scene)->budget_left, 3);
    assert_int_equal(take_all(scene, STAGE_DELIVER), 1);
}

static void a_look_for_tickets_costs_one_request_for_all(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 3; i++)
        qscene_deliver(scene, "2104.1.x");
    set_budget(scene, 100, 0.2);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 3);
    assert_int_equal(qscene_tally(scene)->budget_left, 19);
}

static void more_chats_than_one_request_asks_for_cost_a_second(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 60; i++)
        qscene_deliver(scene, "2104.1.x");
    set_budget(scene, 100, 0.2);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 64), 60);
    assert_int_equal(qscene_tally(scene)->budget_left, 18);
}

static void callbacks_cost_nothing(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    set_budget(scene, 1, 0.2);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    assert_int_equal(qscene_tally(scene)->budget_left, 1);
}

static void creates_have_a_share_of_their_own(void **state)
{
    struct queue_scene *scene = *state;
    unsigned looks = 0;

    for (int i = 0; i < 20; i++)
        qscene_deliver(scene, "2104.1.x");
    accept_many(scene, 20);
    wait_for_company(scene);
    set_budget(scene, 50, 0.5); /* a burst of 10, half of it for creates */
    while (qscene_reserve(scene, STAGE_RECONCILE, 1) == 1)
        looks++;
    assert_int_equal(looks, 5);
    assert_int_equal(take_all(scene, STAGE_DELIVER), 5);
}

static void a_long_line_of_creates_does_not_starve_the_look(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    accept_many(scene, 40);
    wait_for_company(scene);
    set_budget(scene, 50, 0.5);
    assert_int_equal(take_all(scene, STAGE_DELIVER), 9);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 1);
}

/* Nobody knows whether so many were posted. */
static void lose_answers(struct queue_scene *scene, unsigned count)
{
    accept_many(scene, count);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, count), count);
    for (unsigned i = 0; i < count; i++)
        qscene_intend(scene, i);
    for (unsigned i = 0; i < count; i++)
        qscene_settle(scene, i, qscene_verdict(STAGE_RESOLVE, 0));
}

static void creates_go_before_looks_and_looks_before_tickets(void **state)
{
    struct queue_scene *scene = *state;
    unsigned looks = 0;
    size_t taken;

    qscene_deliver(scene, "2104.1.x");
    lose_answers(scene, 20); /* they are due before any of those who come now */
    accept_many(scene, 20);
    set_budget(scene, 50, 0.5); /* a burst of 10, half of it for creates */
    taken = qscene_reserve(scene, STAGE_DELIVER, 64);
    for (size_t i = 0; i < taken; i++)
        looks += scene->reservation.items[i].submission.stage == STAGE_RESOLVE;
    assert_int_equal(looks, 3); /* of two requests each */
    assert_int_equal(taken - looks, 4);
    pass_time(scene, "5000");
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
}

static void while_creates_wait_fifty_tickets_are_asked_for_at_once(void **state)
{
    struct queue_scene *scene = *state;

    accept_many(scene, 40);
    for (int i = 0; i < 51; i++)
        qscene_deliver(scene, "2104.1.x");
    set_budget(scene, 50, 0.5);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 64), 50);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 64), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
    wait_for_company(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 64), 1);
}

static void when_no_creates_wait_a_ticket_is_asked_for_at_once(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    set_budget(scene, 50, 0.5);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 64), 1);
}

static void even_a_budget_of_one_goes_on(void **state)
{
    struct queue_scene *scene = *state;

    accept_many(scene, 2);
    set_budget(scene, 1, 0.2);
    assert_int_equal(take_all(scene, STAGE_DELIVER), 1);
    pass_time(scene, "59000");
    assert_int_equal(take_all(scene, STAGE_DELIVER), 0);
    pass_time(scene, "1000");
    assert_int_equal(take_all(scene, STAGE_DELIVER), 1);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_budget_is_never_exceeded),
        TEST(an_empty_budget_says_when_the_next_token_comes),
        TEST(a_look_costs_two_requests),
        TEST(a_look_for_tickets_costs_one_request_for_all),
        TEST(more_chats_than_one_request_asks_for_cost_a_second),
        TEST(callbacks_cost_nothing),
        TEST(creates_have_a_share_of_their_own),
        TEST(a_long_line_of_creates_does_not_starve_the_look),
        TEST(creates_go_before_looks_and_looks_before_tickets),
        TEST(while_creates_wait_fifty_tickets_are_asked_for_at_once),
        TEST(when_no_creates_wait_a_ticket_is_asked_for_at_once),
        TEST(even_a_budget_of_one_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

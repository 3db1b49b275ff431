/* A lane against a real queue: what it does with work it no longer wants. */
#include "daemon/lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

static void ignore(void *context, const struct flight_end *end)
{
    (void)context;
    (void)end;
}

static bool has_drained(void *context)
{
    return lane_flying(context) == 0;
}

/* What it was given while it was told to stop goes back before it counts as
 * drained: a process that ends must not take it along. */
static void a_drained_lane_has_given_back_what_it_reserved(void **state)
{
    struct queue_scene *scene = *state;
    struct flight_deck deck = {scene->loop, scene->queue,
                               http_client_new(scene->loop, 1), NULL, NULL};
    const struct lane_options options = {
        .destination = "support",
        .stage = STAGE_DELIVER,
        .flights = 4,
        .batch = 1,
        .landed = ignore,
    };
    struct lane *lane;

    qscene_accept(scene, NULL);
    lane = lane_new(&deck, scene->settings, &options);
    lane_wake(lane);
    lane_take_work(lane, false);
    assert_true(run_until(scene->loop, has_drained, lane, RUN_PATIENCE_MS));
    lane_free(lane);
    http_client_free(deck.client);
    qscene_open(scene);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_DUE);
    assert_int_equal(qscene_find(scene, scene->id)->crashes, 0);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_drained_lane_has_given_back_what_it_reserved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Replays of many: worked off once, at a rate, by whoever is there. */
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

#define MANY 120

struct watched {
    struct queue_scene *scene;
    struct replay replay; /* as it was put down, then as it was found */
    struct replay_item items[MANY];
    bool there;
    int64_t wanted_done;
    size_t stopped;
    unsigned answers;
};

/* So many more are buried; they become what is to be replayed. */
static struct watched bury(struct queue_scene *scene, size_t count)
{
    struct watched watched = {.scene = scene};

    for (size_t i = 0; i < count; i++) {
        qscene_accept(scene, NULL);
        assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
        qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
        snprintf(watched.items[i].id, ID_SIZE, "%s", scene->id);
    }
    watched.replay.total = (int64_t)count;
    snprintf(watched.replay.by, sizeof(watched.replay.by), "ada");
    return watched;
}

static void on_started(void *context, const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    watched->answers++;
}

static void start(struct watched *watched)
{
    id_make(watched->replay.id, "replay", clock_wall_ms());
    queue_start_replay(watched->scene->queue, &watched->replay, watched->items,
                       on_started, watched);
    run_until_count(watched->scene->loop, &watched->answers,
                    watched->answers + 1);
}

static void on_found(void *context, const struct replay *found,
                     const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    watched->there = found != NULL;
    if (found)
        watched->replay = *found;
    watched->answers++;
}

static const struct replay *look(struct watched *watched)
{
    queue_find_replay(watched->scene->queue, watched->replay.id, on_found,
                      watched);
    run_until_count(watched->scene->loop, &watched->answers,
                    watched->answers + 1);
    return watched->there ? &watched->replay : NULL;
}

static bool has_ended(void *context)
{
    return look(context)->state != REPLAY_RUNNING;
}

static bool has_done(void *context)
{
    struct watched *watched = context;

    return look(watched)->done >= watched->wanted_done;
}

static void await_end(struct watched *watched)
{
    assert_true(
        run_until(watched->scene->loop, has_ended, watched, RUN_PATIENCE_MS));
}

static void on_stopped(void *context, size_t count, const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    watched->stopped = count;
    watched->answers++;
}

static size_t stop(struct watched *watched)
{
    queue_stop_replay(watched->scene->queue, watched->replay.id, on_stopped,
                      watched);
    run_until_count(watched->scene->loop, &watched->answers,
                    watched->answers + 1);
    return watched->stopped;
}

static void all_that_is_buried_is_replayed(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, MANY);

    queue_run_replays(scene->queue);
    start(&watched);
    await_end(&watched);
    assert_int_equal(watched.replay.state, REPLAY_FINISHED);
    assert_int_equal(watched.replay.total, MANY);
    assert_int_equal(watched.replay.done, MANY);
    assert_int_equal(watched.replay.replayed, MANY);
    assert_string_equal(watched.replay.by, "ada");
    assert_true(watched.replay.ended_at >= watched.replay.started_at);
    assert_int_equal(qscene_tally(scene)->dead, 0);
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], MANY);
    assert_int_equal(stop(&watched), 0);
    qscene_redis(scene, "EXISTS", "{@}replays", NULL);
    assert_int_equal(scene->number, 0);
}

static void one_of_nothing_ends_at_once(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 0);

    queue_run_replays(scene->queue);
    start(&watched);
    await_end(&watched);
    assert_int_equal(watched.replay.done, 0);
}

static void three_of_the_same_things_make_one(void **state)
{
    struct queue_scene *scene = *state;
    struct watched first = bury(scene, 60), second = first, third = first;
    int64_t replayed;

    start(&first);
    start(&second);
    start(&third);
    queue_run_replays(scene->queue);
    await_end(&first);
    await_end(&second);
    await_end(&third);
    replayed =
        first.replay.replayed + second.replay.replayed + third.replay.replayed;
    assert_int_equal(replayed, 60);
    assert_int_equal(third.replay.done, 60);
    for (size_t i = 0; i < 60; i++)
        assert_int_equal(qscene_find(scene, first.items[i].id)->generation, 1);
}

static void what_failed_again_meanwhile_is_left_alone(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 2);

    assert_int_equal(qscene_replay(scene, watched.items[0].id, 0), 1);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    start(&watched);
    queue_run_replays(scene->queue);
    await_end(&watched);
    assert_int_equal(watched.replay.done, 2);
    assert_int_equal(watched.replay.replayed, 1);
    assert_int_equal(qscene_find(scene, watched.items[0].id)->place,
                     PLACE_DEAD);
}

static void a_rate_holds_it_back_until_it_is_stopped(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 3);

    watched.replay.rate = 1;
    queue_run_replays(scene->queue);
    start(&watched);
    watched.wanted_done = 1;
    assert_true(run_until(scene->loop, has_done, &watched, RUN_PATIENCE_MS));
    assert_int_equal(watched.replay.done, 1);
    assert_int_equal(watched.replay.state, REPLAY_RUNNING);
    assert_int_equal(watched.replay.rate, 1);
    assert_int_equal(stop(&watched), 1);
    assert_int_equal(look(&watched)->state, REPLAY_STOPPED);
    assert_int_equal(watched.replay.done, 1);
    assert_int_equal(qscene_tally(scene)->dead, 2);
    assert_int_equal(stop(&watched), 0);
}

static void what_a_lost_process_had_is_taken_over(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 3);
    char key[ID_SIZE + 16], till[24];

    start(&watched);
    snprintf(key, sizeof(key), "{@}replay:%s", watched.replay.id);
    snprintf(till, sizeof(till), "%lld", (long long)clock_wall_ms() + 300);
    qscene_redis(scene, "HSET", key, "runner", "another", "till", till, NULL);
    queue_run_replays(scene->queue);
    await_end(&watched);
    assert_true(clock_wall_ms() >= strtoll(till, NULL, 10));
    assert_int_equal(watched.replay.replayed, 3);
}

static void there_is_none_of_an_unknown_id(void **state)
{
    struct watched watched = {.scene = *state};

    snprintf(watched.replay.id, ID_SIZE, "}:*");
    assert_null(look(&watched));
    assert_int_equal(stop(&watched), 0);
    id_make(watched.replay.id, "replay", 1);
    assert_null(look(&watched));
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(replay_state_name(REPLAY_RUNNING), "running");
    assert_string_equal(replay_state_name(REPLAY_STOPPED), "stopped");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(all_that_is_buried_is_replayed),
        TEST(one_of_nothing_ends_at_once),
        TEST(three_of_the_same_things_make_one),
        TEST(what_failed_again_meanwhile_is_left_alone),
        TEST(a_rate_holds_it_back_until_it_is_stopped),
        TEST(what_a_lost_process_had_is_taken_over),
        TEST(there_is_none_of_an_unknown_id),
        cmocka_unit_test(states_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

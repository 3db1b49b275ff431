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
    size_t moved;
    struct replay list[4];
    size_t listed;
    struct replay_fates fates;
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

static void on_moved(void *context, size_t count, const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    watched->moved = count;
    watched->answers++;
}

static size_t say(struct watched *watched, queue_move *word)
{
    word(watched->scene->queue, watched->replay.id, on_moved, watched);
    run_until_count(watched->scene->loop, &watched->answers,
                    watched->answers + 1);
    return watched->moved;
}

static size_t stop(struct watched *watched)
{
    return say(watched, queue_stop_replay);
}

static void rate_60000(struct queue *queue, const char *id,
                       queue_count_done *done, void *context)
{
    queue_rate_replay(queue, id, 60000, done, context);
}

static void await_done(struct watched *watched, int64_t done)
{
    watched->wanted_done = done;
    assert_true(
        run_until(watched->scene->loop, has_done, watched, RUN_PATIENCE_MS));
}

static void on_listed(void *context, const struct replay *list, size_t count,
                      const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    assert_in_range(count, 0, 4);
    memcpy(watched->list, list, count * sizeof(*list));
    watched->listed = count;
    watched->answers++;
}

static void list_all(struct watched *watched)
{
    queue_list_replays(watched->scene->queue, 4, on_listed, watched);
    run_until_count(watched->scene->loop, &watched->answers,
                    watched->answers + 1);
}

static void on_followed(void *context, const struct replay_fates *fates,
                        const struct error *err)
{
    struct watched *watched = context;

    assert_null(err);
    watched->fates = *fates;
    watched->answers++;
}

static const int64_t *follow(struct watched *watched,
                             struct replay_follow *follow)
{
    unsigned before = watched->answers;

    replay_follow_look(follow, look(watched)->done, on_followed, watched);
    run_until_count(watched->scene->loop, &watched->answers, before + 2);
    return watched->fates.counts;
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
    await_done(&watched, 1);
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

static void
what_a_lost_process_has_replayed_is_counted_all_the_same(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 3);

    id_make(watched.replay.id, "replay", clock_wall_ms());
    queue_replay(scene->queue, watched.items[1].id, 0, watched.replay.id,
                 on_moved, &watched);
    run_until_count(scene->loop, &watched.answers, 1);
    assert_int_equal(watched.moved, 1);
    queue_start_replay(scene->queue, &watched.replay, watched.items, on_started,
                       &watched);
    run_until_count(scene->loop, &watched.answers, 2);
    queue_run_replays(scene->queue);
    await_end(&watched);
    assert_int_equal(watched.replay.replayed, 3);
    assert_int_equal(qscene_find(scene, watched.items[1].id)->generation, 1);
}

static void one_that_is_paused_waits_until_it_is_resumed(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 3), other = watched;

    watched.replay.rate = 1;
    queue_run_replays(scene->queue);
    start(&watched);
    await_done(&watched, 1);
    assert_int_equal(say(&watched, queue_resume_replay), 0);
    assert_int_equal(say(&watched, queue_pause_replay), 1);
    assert_int_equal(say(&watched, queue_pause_replay), 0);
    assert_int_equal(say(&watched, rate_60000), 1);
    other.replay.total = 0; /* one that begins and ends meanwhile */
    start(&other);
    await_end(&other);
    assert_int_equal(look(&watched)->state, REPLAY_PAUSED);
    assert_int_equal(watched.replay.done, 1);
    assert_int_equal(watched.replay.rate, 60000);
    assert_int_equal(say(&watched, queue_resume_replay), 1);
    await_end(&watched);
    assert_int_equal(watched.replay.replayed, 3);
    assert_int_equal(say(&watched, rate_60000), 0);
    assert_int_equal(say(&watched, queue_pause_replay), 0);
    assert_int_equal(say(&watched, queue_resume_replay), 0);
}

static void one_that_is_paused_can_be_stopped_for_good(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 2);

    start(&watched);
    assert_int_equal(say(&watched, queue_pause_replay), 1);
    assert_int_equal(stop(&watched), 1);
    assert_int_equal(look(&watched)->state, REPLAY_STOPPED);
    assert_int_equal(say(&watched, queue_resume_replay), 0);
    assert_int_equal(qscene_tally(scene)->dead, 2);
}

static void a_higher_rate_is_felt_before_the_next_turn(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 3);

    watched.replay.rate = 1;
    queue_run_replays(scene->queue);
    start(&watched);
    await_done(&watched, 1);
    assert_int_equal(say(&watched, rate_60000), 1);
    await_end(&watched); /* at the old rate it would take a minute more */
    assert_int_equal(watched.replay.replayed, 3);
}

static void they_are_listed_newest_first(void **state)
{
    struct queue_scene *scene = *state;
    struct watched first = bury(scene, 2), second = first;
    char earlier[24];

    list_all(&first);
    assert_int_equal(first.listed, 0);
    start(&first);
    snprintf(earlier, sizeof(earlier), "%lld",
             (long long)clock_wall_ms() - 1000);
    qscene_redis(scene, "ZADD", "{@}known", earlier, first.replay.id, NULL);
    second.replay.total = 1;
    start(&second);
    list_all(&first);
    assert_int_equal(first.listed, 2);
    assert_string_equal(first.list[0].id, second.replay.id);
    assert_int_equal(first.list[0].total, 1);
    assert_string_equal(first.list[1].id, first.replay.id);
    qscene_redis(scene, "ZADD", "{@}known", "2", "replay-of-nobody", NULL);
    list_all(&first);
    assert_int_equal(first.listed, 2);
}

/* As the moves would leave it. */
static void becomes(struct watched *watched, size_t item, const char *place,
                    const char *chat, const char *ticket)
{
    char key[ID_SIZE + 32];

    snprintf(key, sizeof(key), "{support}item:%s", watched->items[item].id);
    qscene_redis(watched->scene, "HSET", key, "st", place, NULL);
    if (chat)
        qscene_redis(watched->scene, "HSET", key, "cid", chat, NULL);
    if (ticket)
        qscene_redis(watched->scene, "HSET", key, "tid", ticket, "fnd", "1",
                     NULL);
}

static void what_became_of_each_is_told(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 6);
    struct replay_follow *following;
    const int64_t *fates;

    start(&watched);
    following = replay_follow_new(scene->queue, watched.replay.id);
    fates = follow(&watched, following);
    assert_int_equal(fates[FATE_WAITING], 0); /* none is done yet */
    queue_run_replays(scene->queue);
    await_end(&watched);
    fates = follow(&watched, following);
    assert_int_equal(fates[FATE_WAITING], 6);
    assert_int_equal(watched.fates.rest, 0);

    becomes(&watched, 0, "dead", NULL, NULL);
    becomes(&watched, 1, "due", "c1", NULL);
    becomes(&watched, 2, "done", "c2", "7");
    becomes(&watched, 3, "done", "c3", NULL);
    qscene_count(scene, queue_forget, watched.items[4].id);
    fates = follow(&watched, following);
    assert_int_equal(fates[FATE_FAILED], 1);
    assert_int_equal(fates[FATE_CREATED], 1);
    assert_int_equal(fates[FATE_LINKED], 1);
    assert_int_equal(fates[FATE_UNLINKED], 1);
    assert_int_equal(fates[FATE_GONE], 1);
    assert_int_equal(fates[FATE_WAITING], 1);
    assert_int_equal(watched.fates.found, 1);
    assert_int_equal(watched.fates.rest, 4);
    replay_follow_free(following);
}

static void nobody_knows_what_became_of_those_of_long_ago(void **state)
{
    struct queue_scene *scene = *state;
    struct watched watched = bury(scene, 1);
    struct replay_follow *following;
    char key[ID_SIZE + 16];

    queue_run_replays(scene->queue);
    start(&watched);
    await_end(&watched);
    snprintf(key, sizeof(key), "{@}todo:%s", watched.replay.id);
    qscene_redis(scene, "DEL", key, NULL);
    assert_int_equal(scene->number, 1);
    following = replay_follow_new(scene->queue, watched.replay.id);
    follow(&watched, following);
    assert_true(watched.fates.forgotten);
    replay_follow_free(following);
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
    assert_string_equal(replay_state_name(REPLAY_PAUSED), "paused");
    assert_string_equal(replay_fate_name(FATE_LINKED), "linked");
    assert_string_equal(replay_fate_name(FATE_GONE), "gone");
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
        TEST(what_a_lost_process_has_replayed_is_counted_all_the_same),
        TEST(one_that_is_paused_waits_until_it_is_resumed),
        TEST(one_that_is_paused_can_be_stopped_for_good),
        TEST(a_higher_rate_is_felt_before_the_next_turn),
        TEST(they_are_listed_newest_first),
        TEST(what_became_of_each_is_told),
        TEST(nobody_knows_what_became_of_those_of_long_ago),
        TEST(there_is_none_of_an_unknown_id),
        cmocka_unit_test(states_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

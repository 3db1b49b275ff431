/* Leases: tokens, deadlines, what happens when one runs out. */
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
#include "queue/library.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

#define SHORT_LEASE_MS 200

static void shorten_lease(struct queue_scene *scene)
{
    scene->settings->destinations[0].lease_ms = SHORT_LEASE_MS;
}

static void reserve_one(struct queue_scene *scene)
{
    if (qscene_reserve(scene, STAGE_DELIVER, 1) != 1)
        fail_msg("nothing is due");
}

/* Somebody else's token, in place of the one we were given. */
static void spoil_token(struct queue_scene *scene)
{
    char *token = scene->reservation.items[0].token;

    token[0] = token[0] == 'a' ? 'b' : 'a';
}

struct place_wait {
    struct queue_scene *scene;
    char id[ID_SIZE];
    enum place place;
};

static bool has_left(void *context)
{
    struct place_wait *wait = context;
    const struct submission *found = qscene_find(wait->scene, wait->id);

    return found && found->place != wait->place;
}

static void wait_until_it_left(struct queue_scene *scene, enum place place)
{
    struct place_wait wait = {scene, "", place};

    snprintf(wait.id, sizeof(wait.id), "%s", scene->id);
    assert_true(run_until(scene->loop, has_left, &wait, RUN_PATIENCE_MS));
}

static void a_stale_token_settles_nothing(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    reserve_one(scene);
    spoil_token(scene);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0)),
                     SETTLE_LOST);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_RUN);
    assert_int_equal(qscene_tally(scene)->dead, 0);
}

static void a_stale_token_neither_intends_nor_beats_nor_gives_back(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    reserve_one(scene);
    spoil_token(scene);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_LOST);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_LOST);
    assert_int_equal(qscene_give_back(scene, 0), SETTLE_LOST);
    assert_int_equal(qscene_find(scene, scene->id)->intent_at, 0);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_RUN);
}

static void a_settled_item_is_not_intended_any_more(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    reserve_one(scene);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    assert_int_equal(qscene_intend(scene, 0), SETTLE_LOST);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_LOST);
}

static void a_repeated_settle_is_ok_and_changes_nothing(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);

    verdict.event = "submission.failed";
    qscene_accept(scene, NULL);
    reserve_one(scene);
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
    assert_int_equal(qscene_find(scene, scene->id)->sequence, 1);
    assert_int_equal(qscene_tally(scene)->due[STAGE_CALLBACK], 1);
    assert_int_equal(qscene_tally(scene)->failed, 1);
}

static void a_beat_renews_the_lease(void **state)
{
    struct queue_scene *scene = *state;
    int64_t first;

    qscene_accept(scene, NULL);
    reserve_one(scene);
    qscene_redis(scene, "ZADD", "{support}run", "1000", scene->id, NULL);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
    qscene_redis(scene, "ZSCORE", "{support}run", scene->id, NULL);
    first = scene->number;
    assert_true(first > clock_wall_ms() + 50000);
}

static int64_t lease_end(struct queue_scene *scene)
{
    return strtoll(
        qscene_redis(scene, "ZSCORE", "{support}run", scene->id, NULL), NULL,
        10);
}

/* HUP with another lease: what is in hand keeps the one it was given. */
/* Redis's clock, ten minutes behind ours. */
static void set_redis_back(struct queue_scene *scene)
{
    struct buf text, changed;
    const char *now;

    buf_init(&text, 1 << 20);
    buf_init(&changed, 1 << 20);
    library_text(&text);
    now = strstr(buf_str(&text), "return time[1] * 1000");
    assert_non_null(now);
    buf_add(&changed, text.data, (size_t)(now - text.data));
    buf_text(&changed, "return -600000 + ");
    buf_text(&changed, now + strlen("return "));
    qscene_redis(scene, "FUNCTION", "LOAD", "REPLACE", buf_str(&changed), NULL);
    assert_string_equal(scene->text, "afterhours_3");
    buf_clear(&changed);
    buf_clear(&text);
}

/* Or the search would be trusted before it had the time to catch up. */
static void a_redis_whose_clock_is_behind_shortens_no_patience(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict look_again = qscene_verdict(STAGE_RESOLVE, 0);
    const struct submission *found;
    int64_t now = clock_wall_ms();

    set_redis_back(scene);
    qscene_accept(scene, NULL);
    reserve_one(scene);
    qscene_intend(scene, 0);
    assert_int_equal(qscene_settle(scene, 0, look_again), SETTLE_OK);
    reserve_one(scene);
    scene->reservation.items[0].outcome.looked = true;
    assert_int_equal(qscene_settle(scene, 0, look_again), SETTLE_OK);
    reserve_one(scene);
    found = &scene->reservation.items[0].submission;
    assert_int_equal(found->looks, 1);
    assert_true(found->intent_at >= now);
    assert_true(found->looked_at >= now);
    assert_true(found->stage_since >= now);
}

static void new_settings_do_not_change_a_lease_in_hand(void **state)
{
    struct queue_scene *scene = *state;
    int64_t hour = 3600000, now = clock_wall_ms();

    qscene_accept(scene, NULL);
    scene->settings->destinations[0].lease_ms = hour;
    reserve_one(scene);
    scene->settings->destinations[0].lease_ms = SHORT_LEASE_MS;
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
    assert_true(lease_end(scene) > now + hour / 2);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    assert_true(lease_end(scene) > now + hour / 2);
}

static void on_reserved_late(void *context, struct reservation *reservation,
                             const struct error *err)
{
    struct queue_scene *scene = context;

    assert_null(err);
    scene->answers++;
    scene->reservation = *reservation;
}

static void a_deadline_is_of_the_lease_that_was_asked_for(void **state)
{
    struct queue_scene *scene = *state;
    unsigned before;

    qscene_accept(scene, NULL);
    shorten_lease(scene);
    before = scene->answers;
    queue_reserve(scene->queue, "support", STAGE_DELIVER, 1, on_reserved_late,
                  scene);
    scene->settings->destinations[0].lease_ms = 3600000;
    run_until_count(scene->loop, &scene->answers, before + 1);
    assert_true(scene->reservation.deadline_at <=
                clock_boot_ms() + SHORT_LEASE_MS);
}

static void a_lease_that_ran_out_comes_back_with_a_crash(void **state)
{
    struct queue_scene *scene = *state;

    shorten_lease(scene);
    qscene_accept(scene, NULL);
    reserve_one(scene);
    queue_start_janitor(scene->queue);
    wait_until_it_left(scene, PLACE_RUN);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0)),
                     SETTLE_LOST);
    reserve_one(scene);
    assert_int_equal(scene->reservation.items[0].submission.crashes, 1);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_DELIVER);
}

static void an_intended_item_whose_lease_ran_out_is_looked_for(void **state)
{
    struct queue_scene *scene = *state;

    shorten_lease(scene);
    qscene_accept(scene, NULL);
    reserve_one(scene);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    queue_start_janitor(scene->queue);
    wait_until_it_left(scene, PLACE_RUN);
    assert_int_equal(submission_state(qscene_find(scene, scene->id)),
                     STATE_DELIVERING);
    assert_int_equal(qscene_find(scene, scene->id)->stage, STAGE_RESOLVE);
    reserve_one(scene);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_RESOLVE);
}

static bool nothing_runs(void *context)
{
    return qscene_tally(context)->running == 0;
}

/* A worker that was lost had hundreds in hand: they do not wait for a round of
 * the janitor each handful. */
static void the_many_of_a_lost_worker_come_back_together(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 240; i++)
        qscene_accept(scene, NULL);
    shorten_lease(scene);
    while (qscene_reserve(scene, STAGE_DELIVER, 60) > 0)
        continue;
    scene->settings->destinations[0].lease_ms = 60000;
    queue_start_janitor(scene->queue);
    assert_true(run_until(scene->loop, nothing_runs, scene, 9000));
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], 240);
}

static void a_lease_that_still_runs_is_not_reaped(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    reserve_one(scene);
    qscene_redis(scene, "FCALL", "ah3_past", "1", "{support}run", "10", NULL);
    assert_int_equal(scene->number, 0);
    queue_start_janitor(scene->queue);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_RUN);
}

static void what_keeps_losing_its_worker_is_set_aside(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    shorten_lease(scene);
    qscene_accept(scene, NULL);
    queue_start_janitor(scene->queue);
    for (int i = 0; i < 4; i++) {
        reserve_one(scene);
        qscene_intend(scene, 0);
        wait_until_it_left(scene, PLACE_RUN);
    }
    found = qscene_find(scene, scene->id);
    assert_int_equal(found->place, PLACE_DEAD);
    assert_int_equal(found->stage, STAGE_BURIED);
    assert_true(found->intent_at > 0);
    assert_non_null(strstr(found->error, "worker"));
    assert_int_equal(found->callback, CALLBACK_PENDING);
    assert_int_equal(qscene_tally(scene)->failed, 1);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    assert_string_equal(scene->reservation.items[0].submission.event,
                        "submission.failed");
}

static void a_settled_turn_forgives_earlier_crashes(void **state)
{
    struct queue_scene *scene = *state;

    shorten_lease(scene);
    qscene_accept(scene, NULL);
    reserve_one(scene);
    queue_start_janitor(scene->queue);
    wait_until_it_left(scene, PLACE_RUN);
    scene->settings->destinations[0].lease_ms = 60000;
    reserve_one(scene);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    assert_int_equal(qscene_find(scene, scene->id)->crashes, 0);
}

static void an_id_with_nothing_behind_it_is_dropped(void **state)
{
    struct queue_scene *scene = *state;
    const char *id = "support-01JABCDEF0123456789ABCDEFG";

    qscene_redis(scene, "ZADD", "{support}due:deliver", "1", id, NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], 0);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_stale_token_settles_nothing),
        TEST(a_stale_token_neither_intends_nor_beats_nor_gives_back),
        TEST(a_settled_item_is_not_intended_any_more),
        TEST(a_repeated_settle_is_ok_and_changes_nothing),
        TEST(a_beat_renews_the_lease),
        TEST(a_redis_whose_clock_is_behind_shortens_no_patience),
        TEST(new_settings_do_not_change_a_lease_in_hand),
        TEST(a_deadline_is_of_the_lease_that_was_asked_for),
        TEST(a_lease_that_ran_out_comes_back_with_a_crash),
        TEST(an_intended_item_whose_lease_ran_out_is_looked_for),
        TEST(the_many_of_a_lost_worker_come_back_together),
        TEST(a_lease_that_still_runs_is_not_reaped),
        TEST(what_keeps_losing_its_worker_is_set_aside),
        TEST(a_settled_turn_forgives_earlier_crashes),
        TEST(an_id_with_nothing_behind_it_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

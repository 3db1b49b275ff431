/* What people ask for: replay, release, hold, lists, numbers. */
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

static void bury(struct queue_scene *scene)
{
    struct outcome *outcome;

    qscene_accept(scene, NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    qscene_intend(scene, 0);
    outcome = &scene->reservation.items[0].outcome;
    outcome_set(outcome, OUTCOME_REFUSED, "422: the email is not one");
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
}

static void finish(struct queue_scene *scene)
{
    struct verdict verdict = qscene_verdict(STAGE_FINISHED, 0);

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    verdict.event = "submission.unlinked";
    qscene_settle(scene, 0, verdict);
}

static void a_buried_submission_says_why(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    bury(scene);
    found = qscene_find(scene, scene->id);
    assert_int_equal(found->place, PLACE_DEAD);
    assert_int_equal(found->attempts, 1);
    assert_string_equal(found->error, "422: the email is not one");
    assert_int_equal(submission_state(found), STATE_FAILED);
}

static void replay_keeps_the_intent(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    bury(scene);
    assert_int_equal(qscene_replay(scene, scene->id, 0), 1);
    found = qscene_find(scene, scene->id);
    assert_true(found->intent_at > 0);
    assert_int_equal(found->generation, 1);
    assert_int_equal(found->attempts, 0);
    assert_int_equal(found->looks, 0);
    assert_null(found->error);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_RESOLVE);
}

static void a_second_operator_replays_nothing(void **state)
{
    struct queue_scene *scene = *state;

    bury(scene);
    assert_int_equal(qscene_replay(scene, scene->id, 0), 1);
    assert_int_equal(qscene_replay(scene, scene->id, 0), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    assert_int_equal(qscene_replay(scene, scene->id, 0), 0);
    assert_int_equal(qscene_replay(scene, scene->id, 1), 1);
}

static void only_the_buried_are_replayed(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    assert_int_equal(qscene_replay(scene, scene->id, 0), 0);
    assert_int_equal(qscene_replay(scene, "nonsense", 0), 0);
}

static const struct accept_options quarantine = {
    .fingerprint = "", .held = true, .deadline_ms = 5000};

static void probable_spam_waits_for_a_word(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, &quarantine);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_int_equal(submission_state(qscene_find(scene, scene->id)),
                     STATE_QUARANTINED);
    assert_int_equal(qscene_count(scene, queue_release, scene->id), 1);
    assert_int_equal(qscene_count(scene, queue_release, scene->id), 0);
    assert_int_equal(qscene_count(scene, queue_discard, scene->id), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
}

static void discarded_spam_is_gone(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, &quarantine);
    assert_int_equal(qscene_count(scene, queue_discard, scene->id), 1);
    assert_null(qscene_find(scene, scene->id));
    assert_int_equal(qscene_tally(scene)->held, 0);
}

static void on_done(void *context, const struct error *err)
{
    struct queue_scene *scene = context;

    assert_null(err);
    scene->answers++;
}

static void hold(struct queue_scene *scene, enum hold_reason reason, int64_t ms)
{
    unsigned before = scene->answers;

    queue_hold(scene->queue, "support", reason, ms ? clock_wall_ms() + ms : 0,
               on_done, scene);
    run_until_count(scene->loop, &scene->answers, before + 1);
}

static void resume(struct queue_scene *scene)
{
    unsigned before = scene->answers;

    queue_resume(scene->queue, "support", on_done, scene);
    run_until_count(scene->loop, &scene->answers, before + 1);
}

static void a_held_destination_gives_nothing(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    qscene_accept(scene, NULL);
    hold(scene, HOLD_OPERATOR, 0);
    assert_int_equal(qscene_tally(scene)->hold, HOLD_OPERATOR);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 1), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 0);
    assert_int_equal(scene->reservation.next_at, 0);
    resume(scene);
    assert_int_equal(qscene_tally(scene)->hold, HOLD_NONE);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
}

static void a_timed_hold_says_when_it_ends(void **state)
{
    struct queue_scene *scene = *state;
    int64_t now = clock_wall_ms();

    qscene_accept(scene, NULL);
    hold(scene, HOLD_RATE_LIMIT, 30000);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_in_range(scene->reservation.next_at, now + 29000, now + 60000);
}

static void a_hold_ends_by_itself(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    hold(scene, HOLD_RATE_LIMIT, 1);
    while (qscene_tally(scene)->hold != HOLD_NONE)
        continue;
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
}

static void callbacks_go_on_while_zendesk_is_held(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    hold(scene, HOLD_CREDENTIALS, 60000);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 1), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
}

static void a_verdict_holds_the_destination(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_DELIVER, 0);

    verdict.hold_ms = 30000;
    verdict.count_attempt = false;
    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    scene->reservation.items[0].outcome.hold = HOLD_RATE_LIMIT;
    qscene_settle(scene, 0, verdict);
    assert_int_equal(qscene_tally(scene)->hold, HOLD_RATE_LIMIT);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
}

static void no_rate_limit_shortens_what_a_person_said(void **state)
{
    struct queue_scene *scene = *state;

    hold(scene, HOLD_OPERATOR, 0);
    hold(scene, HOLD_RATE_LIMIT, 1);
    assert_int_equal(qscene_tally(scene)->hold, HOLD_OPERATOR);
    assert_int_equal(qscene_tally(scene)->hold_until, 0);
}

static void a_list_is_newest_first_and_filtered(void **state)
{
    struct queue_scene *scene = *state;
    struct walk_filter filter = {.destination = "support", .limit = 10};
    char ids[3][ID_SIZE];

    for (int i = 0; i < 3; i++) {
        int64_t now = clock_wall_ms();

        while (clock_wall_ms() == now)
            continue; /* so that their times differ */
        bury(scene);
        snprintf(ids[i], ID_SIZE, "%s", scene->id);
    }
    qscene_accept(scene, NULL);
    assert_int_equal(qscene_walk(scene, &filter), 4);
    assert_string_equal(scene->list[0].id, scene->id);
    assert_null(scene->list[0].message);
    filter.by_state = true;
    filter.state = STATE_FAILED;
    filter.with_message = true;
    assert_int_equal(qscene_walk(scene, &filter), 3);
    assert_string_equal(scene->list[0].id, ids[2]);
    assert_string_equal(scene->list[2].id, ids[0]);
    assert_non_null(scene->list[0].message);
    filter.limit = 2;
    assert_int_equal(qscene_walk(scene, &filter), 2);
    filter.form = "other";
    assert_int_equal(qscene_walk(scene, &filter), 0);
}

static void a_long_list_is_read_to_its_end(void **state)
{
    struct queue_scene *scene = *state;
    struct walk_filter filter = {.destination = "support", .limit = 1000};

    for (int i = 0; i < 250; i++)
        qscene_accept(scene, NULL);
    assert_int_equal(qscene_walk(scene, &filter), 250);
    filter.since = scene->list[100].received_at;
    filter.until = scene->list[50].received_at;
    assert_in_range(qscene_walk(scene, &filter), 51, 249);
    filter.since = filter.until = 0;
    filter.by_state = true;
    filter.state = STATE_QUEUED;
    assert_int_equal(qscene_walk(scene, &filter), 250);
}

static void the_numbers_are_right(void **state)
{
    struct queue_scene *scene = *state;
    const struct tally *tally;

    finish(scene);
    bury(scene);
    qscene_accept(scene, &quarantine);
    qscene_accept(scene, NULL);
    tally = qscene_tally(scene);
    assert_int_equal(tally->accepted, 4);
    assert_int_equal(tally->delivered, 1);
    assert_int_equal(tally->unlinked, 1);
    assert_int_equal(tally->failed, 1);
    assert_int_equal(tally->due[STAGE_DELIVER], 1);
    assert_int_equal(tally->due[STAGE_CALLBACK], 2);
    assert_int_equal(tally->done, 1);
    assert_int_equal(tally->dead, 1);
    assert_int_equal(tally->held, 1);
    assert_int_equal(tally->running, 0);
    assert_int_equal(tally->budget_left, -1);
}

static bool checked_well;

static void on_checked(void *context, const struct queue_server *server,
                       const struct error *err)
{
    unsigned *answers = context;

    checked_well = !err && strcmp(server->role, "master") == 0 &&
                   strcmp(server->appendfsync, "always") == 0 &&
                   strcmp(server->appendonly, "yes") == 0 &&
                   strcmp(server->policy, "noeviction") == 0 &&
                   server->version[0] == '7' && server->used_memory > 0 &&
                   server->library_loaded &&
                   llabs(server->clock_skew_ms) < 1000;
    (*answers)++;
}

static void a_check_reports_the_server(void **state)
{
    struct queue_scene *scene = *state;
    unsigned before = scene->answers;

    queue_check(scene->queue, on_checked, &scene->answers);
    run_until_count(scene->loop, &scene->answers, before + 1);
    assert_true(checked_well);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_buried_submission_says_why),
        TEST(replay_keeps_the_intent),
        TEST(a_second_operator_replays_nothing),
        TEST(only_the_buried_are_replayed),
        TEST(probable_spam_waits_for_a_word),
        TEST(discarded_spam_is_gone),
        TEST(a_held_destination_gives_nothing),
        TEST(a_timed_hold_says_when_it_ends),
        TEST(a_hold_ends_by_itself),
        TEST(callbacks_go_on_while_zendesk_is_held),
        TEST(a_verdict_holds_the_destination),
        TEST(no_rate_limit_shortens_what_a_person_said),
        TEST(a_list_is_newest_first_and_filtered),
        TEST(a_long_list_is_read_to_its_end),
        TEST(the_numbers_are_right),
        TEST(a_check_reports_the_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

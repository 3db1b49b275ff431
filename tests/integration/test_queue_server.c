/* Redis restarting, full, foreign, hanging, away: what is promised then. */
#include "queue/queue.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

static const char *const everysec[] = {"--appendonly", "yes", "--appendfsync",
                                       "everysec", NULL};

/* Ends it in good order, so that a server without `always` loses nothing. */
static void shut_down(struct queue_scene *scene)
{
    assert_int_equal(kill(scene->server.pid, SIGTERM), 0);
    while (waitpid(scene->server.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    scene->server.pid = 0;
}

static bool is_not_ready(void *context)
{
    return !queue_ready(context, NULL);
}

static void bring_back(struct queue_scene *scene)
{
    assert_true(
        run_until(scene->loop, is_not_ready, scene->queue, RUN_PATIENCE_MS));
    redis_server_restart(&scene->server);
    qscene_wait_ready(scene);
}

static void a_full_memory_refuses_accept_but_lets_the_work_go_on(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);
    char id[ID_SIZE];

    verdict.event = "submission.failed";
    qscene_accept(scene, NULL);
    snprintf(id, sizeof(id), "%s", scene->id);
    qscene_redis(scene, "CONFIG", "SET", "maxmemory", "1", NULL);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NO_MEMORY);
    assert_non_null(strstr(scene->why, "OOM"));
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
    assert_int_equal(qscene_replay(scene, id, 0), 1);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0)),
                     SETTLE_OK);
    assert_int_equal(qscene_count(scene, queue_forget, id), 1);
    qscene_redis(scene, "CONFIG", "SET", "maxmemory", "0", NULL);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
}

static void after_a_kill_with_always_work_goes_on_at_once(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(queue_durability(scene->queue), DURABILITY_DISK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    redis_server_kill(&scene->server);
    bring_back(scene);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0)),
                     SETTLE_OK);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 9), 2);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_DELIVER);
}

/* Reserves until something comes; the lease of the old time must be over. */
static bool comes(void *context)
{
    return qscene_reserve(context, STAGE_DELIVER, 9) > 0;
}

static void after_another_restart_work_waits_and_looks_first(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict absent = qscene_verdict(STAGE_DELIVER, 0);
    int64_t now;

    qscene_stop(scene);
    qscene_start(scene, everysec);
    scene->settings->destinations[0].lease_ms = 700;
    qscene_open(scene);
    assert_int_equal(queue_durability(scene->queue), DURABILITY_MEMORY);
    qscene_accept(scene, NULL);
    shut_down(scene);
    bring_back(scene);
    now = clock_wall_ms();
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 9), 0);
    assert_in_range(scene->reservation.next_at, now, now + 800);
    assert_true(run_until(scene->loop, comes, scene, RUN_PATIENCE_MS));
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_RESOLVE);
    assert_true(scene->reservation.items[0].submission.intent_at > 0);

    /* Once it was found absent it is no longer suspect; new ones never are. */
    absent.clear_intent = true;
    assert_int_equal(qscene_settle(scene, 0, absent), SETTLE_OK);
    qscene_accept(scene, NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 9), 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(scene->reservation.items[i].submission.stage,
                         STAGE_DELIVER);
}

static void
a_server_that_had_replicas_is_not_trusted_to_be_the_same(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    qscene_redis(scene, "HSET", "{support}meta", "sure", "0", NULL);
    assert_int_equal(qscene_tally(scene)->grace_ms, 0);
    redis_server_kill(&scene->server);
    bring_back(scene);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 9), 0);
    assert_true(qscene_tally(scene)->grace_ms > 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
}

/* What it lost in its last second, it cannot know any more. */
static void what_a_server_lost_before_it_became_sure_is_looked_for(void **state)
{
    struct queue_scene *scene = *state;

    qscene_stop(scene);
    qscene_start(scene, everysec);
    qscene_open(scene);
    qscene_accept(scene, NULL);
    shut_down(scene);
    scene->server.options[3] = "always";
    bring_back(scene);
    assert_int_equal(queue_durability(scene->queue), DURABILITY_DISK);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 9), 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
}

struct flood {
    struct queue_scene *scene;
    unsigned answers;
    unsigned kept;
    char ids[400][ID_SIZE];
};

static void on_flood(void *context, enum accept_result result, const char *id,
                     const char *why)
{
    struct flood *flood = context;

    (void)why;
    flood->answers++;
    if (result == ACCEPT_NEW)
        snprintf(flood->ids[flood->kept++], ID_SIZE, "%s", id);
}

static void pour(struct flood *flood, unsigned count, int64_t deadline_ms)
{
    const struct accept_options options = {.fingerprint = "",
                                           .deadline_ms = deadline_ms};
    struct submission submission = {
        .destination = (char *)(uintptr_t) "support",
        .form = (char *)(uintptr_t) "contact",
        .message = (char *)(uintptr_t) "{}",
        .received_at = clock_wall_ms(),
    };

    for (unsigned i = 0; i < count; i++) {
        id_make(submission.id, "support", clock_wall_ms());
        queue_accept(flood->scene->queue, &submission, &options, on_flood,
                     flood);
    }
}

static void whatever_was_accepted_is_there_after_a_kill(void **state)
{
    static struct flood flood;
    struct queue_scene *scene = *state;

    memset(&flood, 0, sizeof(flood));
    flood.scene = scene;
    pour(&flood, 200, 10000);
    run_until_count(scene->loop, &flood.answers, 20);
    pour(&flood, 200, 10000);
    redis_server_kill(&scene->server);
    bring_back(scene);
    run_until_count(scene->loop, &flood.answers, 400);
    assert_int_equal(flood.kept, 400);
    for (unsigned i = 0; i < flood.kept; i++)
        assert_non_null(qscene_find(scene, flood.ids[i]));
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], 400);
    assert_int_equal(qscene_tally(scene)->accepted, 400);
}

static void
an_accept_without_an_answer_is_no_promise_but_its_key_is_kept(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = {.key = "order 7",
                                     .fingerprint = "abc",
                                     .key_ttl_ms = 60000,
                                     .deadline_ms = 300};
    char first[ID_SIZE];

    redis_server_pause(&scene->server);
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_AWAY);
    assert_true(scene->why[0]);
    snprintf(first, sizeof(first), "%s", scene->id);
    redis_server_resume(&scene->server);
    options.deadline_ms = 10000;
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_KNOWN);
    assert_string_equal(scene->id, first);
}

static void a_reservation_whose_answer_is_lost_is_handed_back(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *item;

    qscene_accept(scene, NULL);
    scene->settings->redis.timeout_ms = 300;
    qscene_redis(scene, "CLIENT", "PAUSE", "1000", "WRITE", NULL);
    assert_true(qscene_reserve_fails(scene, STAGE_DELIVER, 1));
    scene->settings->redis.timeout_ms = 5000;
    assert_true(run_until(scene->loop, comes, scene, RUN_PATIENCE_MS));
    item = &scene->reservation.items[0].submission;
    assert_int_equal(item->crashes, 0);
}

static void an_evicting_server_is_refused(void **state)
{
    struct queue_scene *scene = *state;
    const char *why;

    qscene_redis(scene, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru",
                 NULL);
    qscene_reopen(scene);
    qscene_wait_for_why(scene, "noeviction");
    assert_false(queue_ready(scene->queue, &why));
    qscene_redis(scene, "CONFIG", "SET", "maxmemory-policy", "noeviction",
                 NULL);
    qscene_wait_ready(scene);
}

static void a_replica_is_refused(void **state)
{
    struct queue_scene *scene = *state;

    qscene_redis(scene, "REPLICAOF", "127.0.0.1", "1", NULL);
    qscene_reopen(scene);
    qscene_wait_for_why(scene, "master");
    qscene_redis(scene, "REPLICAOF", "NO", "ONE", NULL);
    qscene_wait_ready(scene);
}

static void a_library_that_was_lost_is_loaded_again(void **state)
{
    struct queue_scene *scene = *state;

    qscene_redis(scene, "FUNCTION", "FLUSH", NULL);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_redis(scene, "FUNCTION", "FLUSH", NULL);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    qscene_redis(scene, "FUNCTION", "FLUSH", NULL);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0)),
                     SETTLE_OK);
}

static void another_text_of_the_library_is_replaced(void **state)
{
    struct queue_scene *scene = *state;

    qscene_redis(scene, "FUNCTION", "LOAD", "REPLACE",
                 "#!lua name=afterhours_3\n"
                 "redis.register_function{function_name='ah3_version', "
                 "callback=function() return 'old' end, flags={'no-writes'}}",
                 NULL);
    assert_string_equal(scene->text, "afterhours_3");
    qscene_reopen(scene);
    qscene_wait_ready(scene);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
}

static void two_that_start_at_once_both_succeed(void **state)
{
    struct queue_scene *scene = *state;
    struct error err = {0};
    struct queue *other;

    qscene_redis(scene, "FUNCTION", "FLUSH", NULL);
    qscene_reopen(scene);
    other = queue_new(scene->loop, scene->settings, &err);
    assert_non_null(other);
    qscene_wait_ready(scene);
    while (!queue_ready(other, NULL))
        qscene_redis(scene, "PING", NULL);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    queue_free(other);
}

static void redis_away_at_the_start_is_waited_for(void **state)
{
    struct queue_scene *scene = *state;
    const char *why;

    shut_down(scene);
    qscene_reopen(scene);
    assert_false(queue_ready(scene->queue, &why));
    assert_true(why[0]);
    redis_server_restart(&scene->server);
    qscene_wait_ready(scene);
}

static void a_queue_without_an_address_is_an_error_of_the_settings(void **state)
{
    struct queue_scene *scene = *state;
    char *url = scene->settings->redis.url;
    struct error err = {0};

    scene->settings->redis.url = NULL;
    assert_null(queue_new(scene->loop, scene->settings, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    scene->settings->redis.url = url;
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_full_memory_refuses_accept_but_lets_the_work_go_on),
        TEST(after_a_kill_with_always_work_goes_on_at_once),
        TEST(after_another_restart_work_waits_and_looks_first),
        TEST(what_a_server_lost_before_it_became_sure_is_looked_for),
        TEST(a_server_that_had_replicas_is_not_trusted_to_be_the_same),
        TEST(whatever_was_accepted_is_there_after_a_kill),
        TEST(an_accept_without_an_answer_is_no_promise_but_its_key_is_kept),
        TEST(a_reservation_whose_answer_is_lost_is_handed_back),
        TEST(an_evicting_server_is_refused),
        TEST(a_replica_is_refused),
        TEST(a_library_that_was_lost_is_loaded_again),
        TEST(another_text_of_the_library_is_replaced),
        TEST(two_that_start_at_once_both_succeed),
        TEST(redis_away_at_the_start_is_waited_for),
        TEST(a_queue_without_an_address_is_an_error_of_the_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

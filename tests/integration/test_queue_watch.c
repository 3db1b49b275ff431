/* Watching a submission, and the doorbell. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

static void count(void *context)
{
    unsigned *times = context;

    (*times)++;
}

/* The subscription being in force is told like a change. */
static struct queue_watch *watch(struct queue_scene *scene, unsigned *times)
{
    struct queue_watch *watch =
        queue_watch(scene->queue, scene->id, count, times);

    run_until_count(scene->loop, times, 1);
    return watch;
}

static void each_change_is_told_to_who_watches(void **state)
{
    struct queue_scene *scene = *state;
    struct queue_watch *watching;
    unsigned times = 0;

    qscene_accept(scene, NULL);
    watching = watch(scene, &times);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    run_until_count(scene->loop, &times, 2);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    run_until_count(scene->loop, &times, 3);
    qscene_replay(scene, scene->id, 0);
    run_until_count(scene->loop, &times, 4);
    qscene_count(scene, queue_forget, scene->id);
    run_until_count(scene->loop, &times, 5);
    queue_unwatch(watching);
}

static void a_told_callback_is_a_change_of_its_message(void **state)
{
    struct queue_scene *scene = *state;
    struct queue_watch *watching;
    unsigned times = 0;

    qscene_deliver(scene, "2104.1.x");
    watching = watch(scene, &times);
    qscene_reserve(scene, STAGE_CALLBACK, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0));
    run_until_count(scene->loop, &times, 2);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_SENT);
    queue_unwatch(watching);
}

static void two_may_watch_and_one_may_stop(void **state)
{
    struct queue_scene *scene = *state;
    struct queue_watch *first, *second;
    unsigned one = 0, two = 0;

    qscene_accept(scene, NULL);
    first = watch(scene, &one);
    second = queue_watch(scene->queue, scene->id, count, &two);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    run_until_count(scene->loop, &one, 2);
    run_until_count(scene->loop, &two, 1);
    queue_unwatch(first);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    run_until_count(scene->loop, &two, 2);
    assert_int_equal(one, 2);
    queue_unwatch(second);
}

struct stopping {
    struct queue_watch *watch;
    unsigned times;
};

static void stop(void *context)
{
    struct stopping *stopping = context;

    queue_unwatch(stopping->watch);
    stopping->times++;
}

static void a_watch_may_end_inside_its_callback(void **state)
{
    struct queue_scene *scene = *state;
    struct stopping first = {0}, second = {0};

    qscene_accept(scene, NULL);
    first.watch = queue_watch(scene->queue, scene->id, stop, &first);
    second.watch = queue_watch(scene->queue, scene->id, stop, &second);
    run_until_count(scene->loop, &first.times, 1);
    run_until_count(scene->loop, &second.times, 1);
}

static void many_watches_find_theirs(void **state)
{
    enum { MANY = 300 };
    static unsigned times[MANY];
    static char ids[MANY][ID_SIZE];
    struct queue_watch *watches[MANY];
    struct queue_scene *scene = *state;
    unsigned moved = 0;

    memset(times, 0, sizeof(times));
    for (unsigned i = 0; i < MANY; i++) {
        qscene_accept(scene, NULL);
        snprintf(ids[i], sizeof(ids[i]), "%s", scene->id);
        watches[i] = queue_watch(scene->queue, scene->id, count, &times[i]);
    }
    for (unsigned i = 0; i < MANY; i++)
        run_until_count(scene->loop, &times[i], 1);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    /* Not always the first: those of one millisecond have no order. */
    while (strcmp(ids[moved], scene->reservation.items[0].submission.id) != 0)
        assert_true(++moved < MANY);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    run_until_count(scene->loop, &times[moved], 2);
    for (unsigned i = 0; i < MANY; i++)
        queue_unwatch(watches[i]);
}

/* A stranger may open many streams of one message: telling them all must not
 * take a look at all for each. */
static void a_crowd_that_watches_one_is_told_at_once(void **state)
{
    enum { CROWD = 50000 };
    struct queue_watch **watches = NEW_ARRAY(CROWD, struct queue_watch *);
    struct queue_scene *scene = *state;
    int64_t began_at;
    unsigned times = 0;

    qscene_accept(scene, NULL);
    for (unsigned i = 0; i < CROWD; i++)
        watches[i] = queue_watch(scene->queue, scene->id, count, &times);
    began_at = clock_boot_ms();
    run_until_count(scene->loop, &times, CROWD);
    assert_in_range(clock_boot_ms() - began_at, 0, 5000);
    assert_int_equal(times, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        queue_unwatch(watches[i]);
    free(watches);
}

static void a_connection_made_anew_tells_every_watcher(void **state)
{
    struct queue_scene *scene = *state;
    struct queue_watch *watching;
    unsigned times = 0;

    qscene_accept(scene, NULL);
    watching = watch(scene, &times);
    redis_server_kill(&scene->server);
    redis_server_restart(&scene->server);
    run_until_count(scene->loop, &times, 2);
    queue_unwatch(watching);
}

static void watching_what_cannot_be_is_harmless(void **state)
{
    struct queue_scene *scene = *state;
    unsigned times = 0;
    struct queue_watch *watching =
        queue_watch(scene->queue, "no id at all", count, &times);

    assert_non_null(watching);
    queue_unwatch(watching);
    queue_unwatch(NULL);
}

static void the_bell_rings_when_something_is_accepted(void **state)
{
    struct queue_scene *scene = *state;
    unsigned rings = 0;

    queue_on_bell(scene->queue, count, &rings);
    qscene_accept(scene, NULL);
    run_until_count(scene->loop, &rings, 1);
    qscene_accept(scene, NULL);
    run_until_count(scene->loop, &rings, 2);
}

static void the_bell_rings_for_news_and_for_what_is_due_at_once(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);
    unsigned rings = 0;

    queue_on_bell(scene->queue, count, &rings);
    qscene_accept(scene, NULL);
    run_until_count(scene->loop, &rings, 1);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    run_until_count(scene->loop, &rings, 2);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    verdict.event = "submission.failed";
    qscene_settle(scene, 0, verdict);
    run_until_count(scene->loop, &rings, 3);
}

static void the_bell_rings_after_a_restart_of_redis_too(void **state)
{
    struct queue_scene *scene = *state;
    unsigned rings = 0;

    queue_on_bell(scene->queue, count, &rings);
    redis_server_kill(&scene->server);
    redis_server_restart(&scene->server);
    qscene_wait_ready(scene);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    run_until_count(scene->loop, &rings, 1);
}

static void the_bell_keeps_one_ring_at_most(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 5; i++)
        qscene_accept(scene, NULL);
    qscene_redis(scene, "LLEN", "{support}bell", NULL);
    assert_int_equal(scene->number, 1);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_change_is_told_to_who_watches),
        TEST(a_told_callback_is_a_change_of_its_message),
        TEST(two_may_watch_and_one_may_stop),
        TEST(a_watch_may_end_inside_its_callback),
        TEST(many_watches_find_theirs),
        TEST(a_crowd_that_watches_one_is_told_at_once),
        TEST(a_connection_made_anew_tells_every_watcher),
        TEST(watching_what_cannot_be_is_harmless),
        TEST(the_bell_rings_when_something_is_accepted),
        TEST(the_bell_rings_for_news_and_for_what_is_due_at_once),
        TEST(the_bell_rings_after_a_restart_of_redis_too),
        TEST(the_bell_keeps_one_ring_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

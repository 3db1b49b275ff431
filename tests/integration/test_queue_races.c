/*
 * Between the look and the call: what was a candidate then may not be one now,
 * so each function looks again. Here they are called as if nobody had looked.
 */
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

/* A key of the last accepted one, at a place of its own in keys. */
static const char *name(struct queue_scene *scene, char *key, size_t size,
                        const char *kind)
{
    snprintf(key, size, "%s", qscene_key(scene, kind, ""));
    return key;
}

static void what_became_due_later_meanwhile_is_not_reserved(void **state)
{
    struct queue_scene *scene = *state;
    char item[160], body[160];

    qscene_accept(scene, NULL);
    qscene_redis(scene, "ZADD", "{support}due:deliver", "9999999999999",
                 scene->id, NULL);
    qscene_redis(scene, "FCALL", "ah3_reserve", "7", "{support}due:deliver",
                 "{support}run", "{support}budget", "{support}meta",
                 "{support}due:reconcile",
                 name(scene, item, sizeof(item), "item:"),
                 name(scene, body, sizeof(body), "body:"), "deliver", "1", "0",
                 "0.2", "60000", scene->id, "a token", NULL);
    assert_int_equal(scene->number, 2); /* now and when, and no item */
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_DUE);
}

static void a_lease_renewed_meanwhile_is_not_reaped(void **state)
{
    struct queue_scene *scene = *state;
    char item[160], log[160], other[160];

    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    snprintf(other, sizeof(other), "%s", qscene_key(scene, "item:", ".1"));
    qscene_redis(scene, "FCALL", "ah3_reap", "10",
                 name(scene, item, sizeof(item), "item:"), "{support}run",
                 "{support}due:deliver", "{support}due:reconcile",
                 "{support}due:callback", "{support}dead", "{support}meta",
                 "{support}bell", name(scene, log, sizeof(log), "log:"), other,
                 scene->id, "3", "", "1", "why", "text", NULL);
    assert_string_equal(scene->text, "");
    assert_int_equal(scene->number, 0);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
}

static void sweep(struct queue_scene *scene, const char *sequence)
{
    char item[160], body[160], log[160];

    qscene_redis(scene, "FCALL", "ah3_erase", "15",
                 name(scene, item, sizeof(item), "item:"),
                 name(scene, body, sizeof(body), "body:"),
                 name(scene, log, sizeof(log), "log:"),
                 "{support}key:", "{support}mail:", "{support}done",
                 "{support}all", "{support}run", "{support}due:deliver",
                 "{support}due:reconcile", "{support}due:callback",
                 "{support}dead", "{support}held", "{support}at",
                 "{support}upd", "sweep", scene->id, sequence, "", "", NULL);
}

static void what_is_to_be_kept_longer_is_not_swept(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0));
    sweep(scene, "2");
    assert_int_equal(scene->number, 0);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_DONE);
}

static void what_is_not_finished_is_not_swept(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    qscene_redis(scene, "ZADD", "{support}done", "1", scene->id, NULL);
    sweep(scene, "0");
    assert_int_equal(scene->number, 0);
    assert_non_null(qscene_find(scene, scene->id));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_became_due_later_meanwhile_is_not_reserved),
        TEST(a_lease_renewed_meanwhile_is_not_reaped),
        TEST(what_is_to_be_kept_longer_is_not_swept),
        TEST(what_is_not_finished_is_not_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

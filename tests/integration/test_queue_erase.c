/* Going: erased by word, swept by time; and what must not go with it. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

static void finish(struct queue_scene *scene)
{
    struct verdict verdict = qscene_verdict(STAGE_FINISHED, 0);

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    verdict.event = "submission.unlinked";
    qscene_settle(scene, 0, verdict);
}

/* All keys with an id, but for those that only say that it was erased. */
#define OF_IDS "*[a-df-z]:support-*"

/* Whatever names this submission, in a key or as a member. */
static void assert_no_trace(struct queue_scene *scene, const char *id)
{
    static const char *const sets[] = {
        "all",  "due:deliver", "due:reconcile", "due:callback", "dead",
        "done", "held",        "run",           "at",           "upd",
    };
    char key[64];

    assert_string_equal(qscene_redis(scene, "KEYS", OF_IDS, NULL), "");
    assert_string_equal(qscene_redis(scene, "KEYS", "*key:*", NULL), "");
    assert_string_equal(qscene_redis(scene, "KEYS", "*mail:*", NULL), "");
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        snprintf(key, sizeof(key), "{support}%s", sets[i]);
        assert_null(
            strstr(qscene_redis(scene, "ZRANGE", key, "0", "-1", NULL), id));
    }
}

static const struct accept_options personal = {
    .key = "order 7",
    .fingerprint = "abc",
    .key_ttl_ms = 60000,
    .email_hash = "0123456789abcdef0123456789abcdef",
    .deadline_ms = 5000,
};

/* One message of that person; its id is the scene's. */
static void accept_from(struct queue_scene *scene, const char *email)
{
    char hash[QUEUE_EMAIL_HASH_SIZE];
    struct accept_options options = {.email_hash = hash, .deadline_ms = 5000};

    queue_email_hash(scene->settings, email, hash);
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
}

static void a_person_is_forgotten_by_the_address(void **state)
{
    struct queue_scene *scene = *state;
    char other[ID_SIZE];

    accept_from(scene, "eve@example.org");
    snprintf(other, sizeof(other), "%s", scene->id);
    for (int i = 0; i < 3; i++)
        accept_from(scene, i ? "Ada@Example.org" : "ada@example.org");
    qscene_redis(scene, "DEL", qscene_key(scene, "item:", ""), NULL);
    assert_int_equal(qscene_count(scene, queue_forget_email, "ada@example.ORG"),
                     2);
    assert_int_equal(qscene_count(scene, queue_forget_email, "ada@example.org"),
                     0);
    assert_non_null(qscene_find(scene, other));
    assert_int_equal(qscene_count(scene, queue_forget_email, "eve@example.org"),
                     1);
    assert_null(qscene_find(scene, other));
}

static void more_than_one_slice_of_a_person_is_forgotten(void **state)
{
    struct queue_scene *scene = *state;

    for (int i = 0; i < 130; i++)
        accept_from(scene, "ada@example.org");
    assert_int_equal(qscene_count(scene, queue_forget_email, "ada@example.org"),
                     130);
    assert_no_trace(scene, "support-");
}

static void erasing_leaves_no_trace(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);

    verdict.event = "submission.failed";
    qscene_accept(scene, &personal);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, verdict);
    assert_int_equal(qscene_count(scene, queue_forget, scene->id), 1);
    assert_null(qscene_find(scene, scene->id));
    assert_no_trace(scene, scene->id);
    assert_int_equal(qscene_count(scene, queue_forget, scene->id), 0);
}

static void what_is_erased_in_flight_is_settled_by_nobody(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, &personal);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(qscene_count(scene, queue_forget, scene->id), 1);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0)),
                     SETTLE_LOST);
    assert_no_trace(scene, scene->id);
}

static void a_key_whose_submission_was_erased_starts_anew(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, &personal);
    qscene_count(scene, queue_forget, scene->id);
    assert_int_equal(qscene_accept(scene, &personal), ACCEPT_NEW);
}

/* Its answer was lost, so it is sent again; it was erased in between. */
static void an_accept_repeated_after_its_erasure_stores_nothing(void **state)
{
    struct queue_scene *scene = *state;
    char id[ID_SIZE];

    qscene_accept(scene, &personal);
    snprintf(id, sizeof(id), "%s", scene->id);
    qscene_count(scene, queue_forget, id);
    assert_int_equal(qscene_accept_id(scene, id, &personal), ACCEPT_NEW);
    assert_string_equal(scene->id, id);
    assert_null(qscene_find(scene, id));
    assert_no_trace(scene, id);
    assert_int_equal(qscene_accept(scene, &personal), ACCEPT_NEW);
    assert_string_not_equal(scene->id, id);
}

/* It was swept; a repetition of it finds its own key, and no room. */
static void a_refusal_leaves_the_key_that_was_there(void **state)
{
    struct queue_scene *scene = *state;
    char id[ID_SIZE];

    scene->settings->limits.depth = 1;
    qscene_accept(scene, &personal);
    snprintf(id, sizeof(id), "%s", scene->id);
    qscene_redis(scene, "DEL", qscene_key(scene, "item:", ""), NULL);
    assert_int_equal(qscene_accept_id(scene, id, &personal), ACCEPT_FULL);
    assert_int_equal(qscene_accept(scene, &personal), ACCEPT_KNOWN);
    assert_string_equal(scene->id, id);
}

static bool is_swept(void *context)
{
    struct queue_scene *scene = context;
    char id[ID_SIZE];

    snprintf(id, sizeof(id), "%s", scene->id);
    return qscene_find(scene, id) == NULL;
}

static void tell_all_news(struct queue_scene *scene)
{
    while (qscene_reserve(scene, STAGE_CALLBACK, 1))
        qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0));
}

static void what_was_kept_long_enough_is_swept(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->forms[0].keep_ms = 1;
    finish(scene);
    tell_all_news(scene);
    queue_start_janitor(scene->queue);
    assert_true(run_until(scene->loop, is_swept, scene, RUN_PATIENCE_MS));
    assert_no_trace(scene, scene->id);
}

static bool lost_its_payload(void *context)
{
    struct queue_scene *scene = context;
    const struct submission *found = qscene_find(scene, scene->id);

    return !found || !found->message;
}

static void a_sweep_leaves_the_news_that_is_still_to_be_told(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->forms[0].keep_ms = 1;
    finish(scene);
    queue_start_janitor(scene->queue);
    assert_true(
        run_until(scene->loop, lost_its_payload, scene, RUN_PATIENCE_MS));
    assert_non_null(qscene_find(scene, scene->id));
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 9), 2);
}

static void a_sweep_leaves_the_key_to_its_own_time(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict delivered = qscene_verdict(STAGE_RECONCILE, 0);
    char id[ID_SIZE];

    scene->settings->forms[0].keep_ms = 1;
    qscene_accept(scene, &personal);
    snprintf(id, sizeof(id), "%s", scene->id);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    snprintf(scene->reservation.items[0].outcome.chat_id,
             SUBMISSION_CHAT_ID_MAX, "2104.1.x");
    qscene_settle(scene, 0, delivered);
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0));
    queue_start_janitor(scene->queue);
    assert_true(run_until(scene->loop, is_swept, scene, RUN_PATIENCE_MS));
    assert_int_equal(qscene_accept(scene, &personal), ACCEPT_KNOWN);
    assert_string_equal(scene->id, id);
}

static bool all_gone(void *context)
{
    struct queue_scene *scene = context;

    qscene_redis(scene, "ZCARD", "{support}done", NULL);
    return scene->number == 0;
}

static void what_has_piled_up_is_swept_without_waiting_for_rounds(void **state)
{
    struct queue_scene *scene = *state;

    qscene_redis(scene, "EVAL",
                 "for i = 1, 900 do"
                 "  local id = string.format('support-%026d', i)"
                 "  redis.call('HSET', '{support}item:' .. id, 'st', 'done')"
                 "  redis.call('ZADD', '{support}done', 1, id)"
                 "end",
                 "0", NULL);
    queue_start_janitor(scene->queue);
    assert_true(run_until(scene->loop, all_gone, scene, RUN_PATIENCE_MS));
    assert_string_equal(qscene_redis(scene, "KEYS", "*item:*", NULL), "");
}

static void what_is_still_kept_is_not_swept(void **state)
{
    struct queue_scene *scene = *state;

    finish(scene);
    qscene_redis(scene, "FCALL", "ah3_past", "1", "{support}done", "9", NULL);
    assert_int_equal(scene->number, 0);
    assert_non_null(qscene_find(scene, scene->id)->message);
}

static void a_payload_not_to_be_kept_goes_with_the_delivery(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    scene->settings->forms[0].keep_ms = 0;
    qscene_deliver(scene, "2104.1.x");
    found = qscene_find(scene, scene->id);
    assert_null(found->message);
    assert_string_equal(found->chat_id, "2104.1.x");
    assert_string_equal(qscene_redis(scene, "KEYS", "*body:*", NULL), "");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_person_is_forgotten_by_the_address),
        TEST(more_than_one_slice_of_a_person_is_forgotten),
        TEST(erasing_leaves_no_trace),
        TEST(what_is_erased_in_flight_is_settled_by_nobody),
        TEST(a_key_whose_submission_was_erased_starts_anew),
        TEST(an_accept_repeated_after_its_erasure_stores_nothing),
        TEST(a_refusal_leaves_the_key_that_was_there),
        TEST(what_was_kept_long_enough_is_swept),
        TEST(a_sweep_leaves_the_news_that_is_still_to_be_told),
        TEST(a_sweep_leaves_the_key_to_its_own_time),
        TEST(what_has_piled_up_is_swept_without_waiting_for_rounds),
        TEST(what_is_still_kept_is_not_swept),
        TEST(a_payload_not_to_be_kept_goes_with_the_delivery),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

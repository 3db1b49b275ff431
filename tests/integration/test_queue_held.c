/*
 * Messages as the Chats API shows them, on a real redis-server: by their ids
 * and by what has changed; marks; what stays of what is erased.
 */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "held_scene.h"

#include "base/banned.h"

#define HOUR_MS INT64_C(3600000)

static void a_message_is_shown_as_it_was_accepted(void **state)
{
    struct queue_scene *scene = *state;
    const struct accept_options options = {.session_id = "theirs",
                                           .deadline_ms = 5000};

    qscene_accept(scene, &options);
    assert_int_equal(held_find(scene, scene->id), 1);
    assert_string_equal(got.list[0].id, scene->id);
    assert_string_equal(got.list[0].body, "{\"message\": \"hello\"}");
    assert_string_equal(got.list[0].session_id, "theirs");
    assert_true(got.list[0].unread);
    assert_int_equal(got.list[0].ticket_id, 0);
    assert_in_range(got.list[0].at, clock_wall_ms() - 5000, clock_wall_ms());
    assert_in_range(got.list[0].updated_at, got.list[0].at - 1000,
                    clock_wall_ms() + 1000);
}

static void what_is_none_of_the_destinations_messages_is_not_there(void **state)
{
    struct queue_scene *scene = *state;
    char id[ID_SIZE], news[ID_SIZE + 4];

    qscene_accept(scene, NULL);
    id_make(id, "support", clock_wall_ms());
    assert_int_equal(held_find(scene, id), 0);
    id_make(id, "other", clock_wall_ms());
    assert_int_equal(held_find(scene, id), 0);
    assert_int_equal(held_find(scene, "no id at all"), 0);
    assert_int_equal(held_find(scene, ""), 0);
    snprintf(news, sizeof(news), "%s.1", scene->id);
    assert_int_equal(held_find(scene, news), 0);
}

static void a_ticket_is_shown_and_counts_as_a_change(void **state)
{
    struct queue_scene *scene = *state;
    int64_t accepted_at;

    qscene_deliver(scene, "2104.1.x");
    held_find(scene, scene->id);
    accepted_at = got.list[0].updated_at;
    qscene_redis(scene, "ZCARD", "{support}upd", NULL);
    assert_int_equal(scene->number, 0);
    while (clock_wall_ms() <= accepted_at)
        continue;
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    scene->reservation.items[0].outcome.ticket_id = 83;
    qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0));
    held_find(scene, scene->id);
    assert_int_equal(got.list[0].ticket_id, 83);
    assert_true(got.list[0].updated_at > accepted_at);
    qscene_redis(scene, "ZCARD", "{support}upd", NULL);
    assert_int_equal(scene->number, 1);
}

static void a_payload_that_is_gone_leaves_what_is_still_known(void **state)
{
    struct queue_scene *scene = *state;
    char key[128];

    qscene_accept(scene, NULL);
    snprintf(key, sizeof(key), "{support}body:%s", scene->id);
    qscene_redis(scene, "DEL", key, NULL);
    assert_int_equal(held_find(scene, scene->id), 1);
    assert_false(got.list[0].has_body);
    assert_true(got.list[0].at > 0);
    assert_int_equal(held_scan(scene, NULL, INT64_MIN, INT64_MAX), 1);
    assert_false(got.list[0].has_body);
    assert_true(got.list[0].at > 0);
}

static void a_message_is_marked_wherever_it_is(void **state)
{
    struct queue_scene *scene = *state;
    int64_t before;

    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    held_find(scene, scene->id);
    before = got.list[0].updated_at;
    assert_int_equal(held_mark(scene, scene->id, true), 1);
    held_find(scene, scene->id);
    assert_true(got.list[0].unread);
    assert_int_equal(got.list[0].updated_at, before);
    while (clock_wall_ms() <= before)
        continue;
    assert_int_equal(held_mark(scene, scene->id, false), 1);
    held_find(scene, scene->id);
    assert_false(got.list[0].unread);
    assert_true(got.list[0].updated_at > before);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0)),
                     SETTLE_OK);
    held_find(scene, scene->id);
    assert_false(got.list[0].unread);
    assert_int_equal(held_mark(scene, scene->id, true), 1);
    held_find(scene, scene->id);
    assert_true(got.list[0].unread);
}

static void what_is_not_there_cannot_be_marked(void **state)
{
    struct queue_scene *scene = *state;
    char id[ID_SIZE];

    id_make(id, "support", clock_wall_ms());
    assert_int_equal(held_mark(scene, id, false), 0);
    assert_int_equal(held_mark(scene, "nothing", false), 0);
    assert_string_equal(qscene_redis(scene, "KEYS", "*upd*", NULL), "");
}

static void a_mark_goes_with_what_is_erased(void **state)
{
    struct queue_scene *scene = *state;
    const struct accept_options old = {.at = clock_wall_ms() - HOUR_MS,
                                       .deadline_ms = 5000};

    qscene_accept(scene, &old);
    held_mark(scene, scene->id, false);
    qscene_redis(scene, "ZCARD", "{support}at", NULL);
    assert_int_equal(scene->number, 1);
    assert_int_equal(qscene_count(scene, queue_forget, scene->id), 1);
    assert_string_equal(qscene_redis(scene, "KEYS", "*upd*", NULL), "");
    assert_string_equal(qscene_redis(scene, "KEYS", "*}at*", NULL), "");
}

static void changes_come_in_the_order_they_were_made(void **state)
{
    struct queue_scene *scene = *state;
    char ids[3][ID_SIZE];
    int64_t second, later;

    for (int i = 0; i < 3; i++) {
        qscene_accept(scene, NULL);
        memcpy(ids[i], scene->id, ID_SIZE);
    }
    held_pass_seconds(scene);
    assert_int_equal(held_changes(scene, 0, "", 10), 3);
    second = got.list[0].updated_at / 1000;
    for (int i = 1; i < 3; i++)
        assert_true(strcmp(got.list[i - 1].id, got.list[i].id) < 0 ||
                    got.list[i - 1].updated_at / 1000 <
                        got.list[i].updated_at / 1000);
    assert_int_equal(held_changes(scene, second, got.list[0].id, 10), 2);
    assert_int_equal(held_changes(scene, 0, "", 2), 2);

    held_mark(scene, ids[0], false);
    assert_int_equal(held_changes(scene, 0, "", 10), 2); /* its second runs */
    held_pass_seconds(scene);
    assert_int_equal(held_changes(scene, 0, "", 10), 3);
    assert_string_equal(got.list[2].id, ids[0]);
    assert_false(got.list[2].unread);
    later = got.list[2].updated_at / 1000;
    assert_int_equal(held_changes(scene, later, "", 10), 1);
    assert_int_equal(held_changes(scene, later, ids[0], 10), 0);
    assert_int_equal(held_changes(scene, later + 100, "", 10), 0);
}

/* Its sender was told 202 late: who exported meanwhile must not miss it. */
static void what_is_accepted_late_counts_as_changed_then(void **state)
{
    struct queue_scene *scene = *state;
    char id[ID_SIZE];

    id_make(id, "support", clock_wall_ms() - 5000);
    qscene_accept_id(scene, id, NULL);
    held_find(scene, id);
    assert_true(got.list[0].updated_at > got.list[0].at + 4000);
    held_pass_seconds(scene);
    assert_int_equal(held_changes(scene, got.list[0].updated_at / 1000, "", 10),
                     1);
    assert_int_equal(held_changes(scene, 0, "", 10), 1);
}

/* Page after page, as an export goes: each message comes once. */
static void an_export_brings_every_message_once(void **state)
{
    struct queue_scene *scene = *state;
    size_t seen = 0;
    int64_t second = 0;
    char after[ID_SIZE] = "";

    for (int i = 0; i < 250; i++) {
        qscene_accept(scene, NULL);
        if (i % 3 == 0)
            held_mark(scene, scene->id, false);
    }
    held_pass_seconds(scene);
    while (held_changes(scene, second, after, 40) > 0) {
        seen += got.count;
        second = got.list[got.count - 1].updated_at / 1000;
        memcpy(after, got.list[got.count - 1].id, ID_SIZE);
    }
    assert_int_equal(seen, 250);
}

static void marked(void *context, size_t count, const struct error *err)
{
    (void)context;
    assert_int_equal(count, 1);
    assert_null(err);
}

/* Redis hears of it before the next slice is asked for. */
static void mark_the_last(void *context)
{
    struct queue_scene *scene = context;

    got.meanwhile = NULL;
    queue_mark(scene->queue, scene->id, false, marked, NULL);
}

/* Else what lies between would be told of to nobody. */
static void a_page_of_changes_ends_where_it_was_read_whatever_changes_meanwhile(
    void **state)
{
    struct queue_scene *scene = *state;
    struct held_spot end;

    for (int i = 0; i < 70; i++)
        qscene_accept(scene, NULL);
    held_pass_seconds(scene);
    assert_int_equal(held_changes(scene, 0, "", 70), 70);
    assert_true(got.end.at == got.list[69].updated_at / 1000);
    end = got.end;

    got.context = scene;
    memcpy(scene->id, end.id, ID_SIZE);
    got.meanwhile = mark_the_last;
    assert_int_equal(held_changes(scene, 0, "", 70), 70);
    assert_true(got.list[69].updated_at / 1000 > end.at);
    assert_true(got.end.at == end.at);
    assert_string_equal(got.end.id, end.id);
}

static void where_nothing_changed_is_where_it_goes_on(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(held_changes(scene, 17, "an-id", 10), 0);
    assert_true(got.end.at == 17);
    assert_string_equal(got.end.id, "an-id");
}

static void without_redis_every_question_fails(void **state)
{
    struct queue_scene *scene = *state;

    got.may_fail = true;
    scene->settings->redis.timeout_ms = 100;
    redis_server_kill(&scene->server);
    held_find(scene, "support-01JABCDEF0123456789ABCDEFG");
    assert_true(got.failed);
    held_changes(scene, 0, "", 10);
    assert_true(got.failed);
    held_turn_page(scene, false, NULL, 10);
    assert_true(got.failed);
    held_scan(scene, NULL, INT64_MIN, INT64_MAX);
    assert_true(got.failed);
    got.may_fail = false;
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_is_shown_as_it_was_accepted),
        TEST(what_is_none_of_the_destinations_messages_is_not_there),
        TEST(a_ticket_is_shown_and_counts_as_a_change),
        TEST(a_payload_that_is_gone_leaves_what_is_still_known),
        TEST(a_message_is_marked_wherever_it_is),
        TEST(what_is_not_there_cannot_be_marked),
        TEST(a_mark_goes_with_what_is_erased),
        TEST(changes_come_in_the_order_they_were_made),
        TEST(what_is_accepted_late_counts_as_changed_then),
        TEST(an_export_brings_every_message_once),
        TEST(
            a_page_of_changes_ends_where_it_was_read_whatever_changes_meanwhile),
        TEST(where_nothing_changed_is_where_it_goes_on),
        TEST(without_redis_every_question_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

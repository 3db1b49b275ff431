/*
 * All messages of a destination as the Chats API goes through them, on a real
 * redis-server: by page, by time, by person.
 */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "held_scene.h"

#include "base/banned.h"

#define HOUR_MS INT64_C(3600000)

static void pages_lead_there_and_back(void **state)
{
    struct queue_scene *scene = *state;
    struct held_spot last, first;

    for (int i = 0; i < 25; i++)
        qscene_accept(scene, NULL);
    assert_int_equal(held_turn_page(scene, false, NULL, 10), 10);
    assert_true(got.more);
    assert_int_equal(got.total, 25);
    assert_string_equal(got.list[0].id, got.spots[0].id);
    last = got.spots[9];
    assert_int_equal(held_turn_page(scene, false, &last, 10), 10);
    assert_true(got.more);
    first = got.spots[0];
    last = got.spots[9];
    assert_int_equal(held_turn_page(scene, false, &last, 10), 5);
    assert_false(got.more);
    assert_int_equal(held_turn_page(scene, true, &first, 10), 10);
    assert_false(got.more);
}

/* A page begins after the last one's spot, whatever came or went since. */
static void pages_stay_when_others_come_and_go(void **state)
{
    struct queue_scene *scene = *state;
    struct held_spot last;
    char next[ID_SIZE];

    for (int i = 0; i < 12; i++)
        qscene_accept(scene, NULL);
    held_turn_page(scene, false, NULL, 12);
    memcpy(next, got.list[5].id, ID_SIZE);
    last = got.spots[4];
    qscene_accept(scene, NULL);
    qscene_count(scene, queue_forget, last.id);
    qscene_count(scene, queue_forget, got.list[1].id);
    assert_int_equal(held_turn_page(scene, false, &last, 12), 7);
    assert_string_equal(got.list[0].id, next);
}

/* Many accepted in one ms: the ids tell them apart. */
static void a_page_ends_among_equal_times(void **state)
{
    struct queue_scene *scene = *state;
    struct held_spot last = {.at = 0};
    size_t seen = 0;

    for (int i = 0; i < 60; i++) {
        qscene_accept(scene, NULL);
        qscene_redis(scene, "ZADD", "{support}all", "1763800000000", scene->id,
                     NULL);
    }
    for (bool begun = false;; begun = true) {
        char before[ID_SIZE];

        memcpy(before, last.id, ID_SIZE);
        if (held_turn_page(scene, false, begun ? &last : NULL, 7) == 0)
            break;
        assert_true(!begun || strcmp(got.list[0].id, before) < 0);
        seen += got.count;
        last = got.spots[got.count - 1];
    }
    assert_int_equal(seen, 60);
}

static void a_scan_sees_every_message(void **state)
{
    struct queue_scene *scene = *state;
    static char ids[300][ID_SIZE];

    for (int i = 0; i < 300; i++) {
        qscene_accept(scene, NULL);
        memcpy(ids[i], scene->id, ID_SIZE);
    }
    assert_int_equal(held_scan(scene, NULL, INT64_MIN, INT64_MAX), 300);
    assert_true(got.slices >= 5);
    for (int i = 0; i < 300; i++) {
        size_t at = 0;

        while (at < 300 && strcmp(got.list[at].id, ids[i]) != 0)
            at++;
        assert_true(at < 300);
        assert_string_equal(got.list[at].body, "{\"message\": \"hello\"}");
    }
    got.stop_after = 2;
    assert_in_range(held_scan(scene, NULL, INT64_MIN, INT64_MAX), 1, 299);
    assert_int_equal(got.slices, 2);
    got.stop_after = 0;
}

static void a_scan_goes_by_what_messages_say_of_their_time(void **state)
{
    struct queue_scene *scene = *state;
    int64_t now = clock_wall_ms();
    const struct accept_options old = {.at = now - 1000 * HOUR_MS,
                                       .deadline_ms = 5000};

    qscene_accept(scene, NULL);
    qscene_accept(scene, &old);
    assert_int_equal(held_scan(scene, NULL, old.at - 10, old.at + 10), 1);
    assert_string_equal(got.list[0].id, scene->id);
    assert_int_equal(held_scan(scene, NULL, old.at + 10, old.at + 20), 0);
    assert_in_range(held_scan(scene, NULL, now - 10, now + 10000), 1, 2);
    assert_int_equal(held_scan(scene, NULL, INT64_MIN, now + 10000), 2);
}

static void a_scan_for_a_person_sees_nobody_else(void **state)
{
    struct queue_scene *scene = *state;
    char hash[QUEUE_EMAIL_HASH_SIZE];
    const struct accept_options joes = {.email_hash = hash,
                                        .deadline_ms = 5000};

    queue_email_hash(scene->settings, "joe@example.com", hash);
    qscene_accept(scene, NULL);
    qscene_accept(scene, &joes);
    qscene_accept(scene, NULL);
    assert_int_equal(held_scan(scene, "Joe@Example.com", 1, 2), 1);
    assert_int_equal(held_scan(scene, "ann@example.com", 1, 2), 0);
    assert_int_equal(held_scan(scene, "no address", 1, 2), 0);
}

static void large_messages_come_a_few_at_a_time(void **state)
{
    struct queue_scene *scene = *state;
    char *large = alloc_zero(1, 100001), key[128];

    memset(large, 'x', 100000);
    for (int i = 0; i < 20; i++) {
        qscene_accept(scene, NULL);
        snprintf(key, sizeof(key), "{support}body:%s", scene->id);
        qscene_redis(scene, "SET", key, large, NULL);
    }
    assert_int_equal(held_scan(scene, NULL, INT64_MIN, INT64_MAX), 20);
    assert_int_equal(got.slices, 7);
    free(large);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_lead_there_and_back),
        TEST(pages_stay_when_others_come_and_go),
        TEST(a_page_ends_among_equal_times),
        TEST(a_scan_sees_every_message),
        TEST(a_scan_goes_by_what_messages_say_of_their_time),
        TEST(a_scan_for_a_person_sees_nobody_else),
        TEST(large_messages_come_a_few_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

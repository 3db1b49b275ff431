/* Walks: everything of a destination, newest first, page by page. */
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

#define FOUND_MAX 300

struct walk {
    struct queue_scene *scene;
    struct walk_filter filter;
    char found[FOUND_MAX][ID_SIZE];
    char messages[FOUND_MAX][64]; /* "" unless it came */
    size_t count;
    char stopped[ID_SIZE];
    unsigned answers;
};

static struct walk walk_of(struct queue_scene *scene)
{
    struct walk walk = {.scene = scene};

    walk.filter.destination = "support";
    walk.filter.limit = FOUND_MAX;
    return walk;
}

static void on_walked(void *context, const struct submission *list,
                      size_t count, const char *stopped,
                      const struct error *err)
{
    struct walk *walk = context;

    assert_null(err);
    for (size_t i = 0; i < count; i++) {
        const char *message = list[i].message ? list[i].message : "";

        snprintf(walk->messages[walk->count], 64, "%s", message);
        snprintf(walk->found[walk->count++], ID_SIZE, "%s", list[i].id);
    }
    snprintf(walk->stopped, sizeof(walk->stopped), "%s",
             stopped ? stopped : "");
    walk->answers++;
}

/* How many this walk found; they are added to those of before. */
static size_t go(struct walk *walk)
{
    size_t before = walk->count;

    queue_walk(walk->scene->queue, &walk->filter, on_walked, walk);
    run_until_count(walk->scene->loop, &walk->answers, walk->answers + 1);
    return walk->count - before;
}

/* Accepts so many, a ms apart, the last of them now. */
static void accept_many(struct queue_scene *scene, size_t count,
                        char ids[][ID_SIZE])
{
    int64_t now = clock_wall_ms();

    for (size_t i = 0; i < count; i++) {
        id_make(ids[i], "support", now - (int64_t)(count - 1 - i));
        assert_int_equal(qscene_accept_id(scene, ids[i], NULL), ACCEPT_NEW);
    }
}

static void bury(struct queue_scene *scene, const char *reason)
{
    struct outcome *outcome;

    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    qscene_intend(scene, 0);
    outcome = &scene->reservation.items[0].outcome;
    outcome_set(outcome, OUTCOME_REFUSED, reason);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
}

static void pages_follow_each_other_newest_first(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    char ids[250][ID_SIZE], before[ID_SIZE];
    unsigned pages = 1;

    accept_many(scene, 250, ids);
    walk.filter.limit = 7;
    for (go(&walk); walk.stopped[0]; pages++) {
        memcpy(before, walk.stopped, sizeof(before));
        walk.filter.before = before;
        go(&walk);
    }
    assert_int_equal(walk.count, 250);
    assert_int_equal(pages, 36);
    for (size_t i = 0; i < 250; i++)
        assert_string_equal(walk.found[i], ids[249 - i]);
}

static void those_of_one_millisecond_are_all_found_once(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    int64_t now = clock_wall_ms();
    char id[ID_SIZE];

    for (size_t i = 0; i < 120; i++) {
        id_make(id, "support", now);
        qscene_accept_id(scene, id, NULL);
    }
    walk.filter.limit = 50;
    assert_int_equal(go(&walk), 50);
    memcpy(id, walk.stopped, sizeof(id));
    walk.filter.before = id;
    assert_int_equal(go(&walk), 50);
    memcpy(id, walk.stopped, sizeof(id));
    assert_int_equal(go(&walk), 20);
    assert_string_equal(walk.stopped, "");
    for (size_t i = 1; i < walk.count; i++)
        assert_true(strcmp(walk.found[i - 1], walk.found[i]) > 0);
}

static void
a_state_is_found_wherever_it_lies_and_in_the_same_order(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    char ids[5][ID_SIZE];

    accept_many(scene, 5, ids);
    bury(scene, "first");
    bury(scene, "second");
    qscene_reserve(scene, STAGE_DELIVER, 1);
    walk.filter.by_state = true;
    walk.filter.state = STATE_QUEUED;
    assert_int_equal(go(&walk), 3);
    assert_string_equal(walk.stopped, "");
    assert_true(strcmp(walk.found[0], walk.found[1]) > 0);
    assert_true(strcmp(walk.found[1], walk.found[2]) > 0);
    walk.filter.state = STATE_FAILED;
    walk.filter.limit = 1;
    assert_int_equal(go(&walk), 1);
    walk.filter.before = walk.found[3];
    assert_int_equal(go(&walk), 1);
    assert_string_equal(walk.stopped, "");
    assert_true(strcmp(walk.found[3], walk.found[4]) > 0);
    walk.filter.state = STATE_LINKED;
    assert_int_equal(go(&walk), 0);
    assert_string_equal(walk.stopped, "");
}

static void only_what_fits_is_found(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    char ids[3][ID_SIZE];

    accept_many(scene, 3, ids);
    bury(scene, "422: The Email is not one");
    walk.filter.reason = "the email";
    assert_int_equal(go(&walk), 1);
    walk.filter = walk_of(scene).filter;
    walk.filter.search = ids[1] + 10;
    assert_int_equal(go(&walk), 1);
    assert_string_equal(walk.found[1], ids[1]);
    walk.filter.search = "HELLO";
    assert_int_equal(go(&walk), 3);
    assert_string_equal(walk.messages[2], "");
    walk.filter.with_message = true;
    assert_int_equal(go(&walk), 3);
    assert_string_equal(walk.messages[5], "{\"message\": \"hello\"}");
    walk.filter = walk_of(scene).filter;
    walk.filter.form = "another";
    assert_int_equal(go(&walk), 0);
    walk.filter.form = "contact";
    assert_true(id_made_at(ids[1], &walk.filter.since));
    assert_int_equal(go(&walk), 2);
    walk.filter.until = walk.filter.since;
    assert_int_equal(go(&walk), 1);
    assert_string_equal(walk.messages[walk.count - 1], "");
}

static void one_that_looked_long_enough_says_where_to_go_on(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    char ids[9][ID_SIZE], before[ID_SIZE];

    accept_many(scene, 9, ids);
    walk.filter.search = ids[0];
    walk.filter.look_at = 5;
    assert_int_equal(go(&walk), 0);
    assert_string_equal(walk.stopped, ids[4]);
    memcpy(before, walk.stopped, sizeof(before));
    walk.filter.before = before;
    assert_int_equal(go(&walk), 1);
    assert_string_equal(walk.stopped, "");
}

static void given_up_news_are_among_what_failed(void **state)
{
    struct queue_scene *scene = *state;
    struct walk walk = walk_of(scene);
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);
    char id[ID_SIZE + 8];

    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    verdict.event = "submission.failed";
    qscene_settle(scene, 0, verdict);
    qscene_reserve(scene, STAGE_CALLBACK, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    assert_int_equal(go(&walk), 1);
    walk.filter.by_state = true;
    walk.filter.state = STATE_FAILED;
    assert_int_equal(go(&walk), 2);
    snprintf(id, sizeof(id), "%s.1", scene->id);
    assert_string_equal(walk.found[1], id);
    assert_string_equal(walk.found[2], scene->id);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(pages_follow_each_other_newest_first),
        TEST(those_of_one_millisecond_are_all_found_once),
        TEST(a_state_is_found_wherever_it_lies_and_in_the_same_order),
        TEST(only_what_fits_is_found),
        TEST(one_that_looked_long_enough_says_where_to_go_on),
        TEST(given_up_news_are_among_what_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

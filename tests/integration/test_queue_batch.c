/* What is asked for in one turn of the loop goes together, and each is answered
 * for itself. */
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

#define ITEMS 40 /* more than one call takes */

struct told {
    unsigned answers;
    bool failed;
    enum settle_result result;
};

static void on_told(void *context, enum settle_result result,
                    const struct error *err)
{
    struct told *told = context;

    told->answers++;
    told->failed = err != NULL;
    told->result = result;
}

static bool all_told(void *context)
{
    const struct told *told = context;

    for (size_t i = 0; i < ITEMS; i++)
        if (!told[i].answers)
            return false;
    return true;
}

static void reserve(struct queue_scene *scene)
{
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, ITEMS), ITEMS);
}

static void settle_all(struct queue_scene *scene, struct told *told)
{
    struct verdict verdict = qscene_verdict(STAGE_RECONCILE, 0);

    for (size_t i = 0; i < ITEMS; i++) {
        struct turn_item *item = &scene->reservation.items[i];

        snprintf(item->outcome.chat_id, sizeof(item->outcome.chat_id),
                 "chat-%zu", i);
        queue_settle(scene->queue, item, &verdict, on_told, &told[i]);
    }
    assert_true(run_until(scene->loop, all_told, told, RUN_PATIENCE_MS));
}

static void each_is_told_its_own_answer(void **state)
{
    struct queue_scene *scene = *state;
    struct told told[ITEMS] = {0};
    char *token;

    reserve(scene);
    token = scene->reservation.items[7].token;
    token[0] = token[0] == 'f' ? '0' : 'f';
    for (size_t i = 0; i < ITEMS; i++)
        queue_intend(scene->queue, &scene->reservation.items[i], on_told,
                     &told[i]);
    assert_true(run_until(scene->loop, all_told, told, RUN_PATIENCE_MS));
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(told[i].answers, 1);
        assert_false(told[i].failed);
        assert_int_equal(told[i].result, i == 7 ? SETTLE_LOST : SETTLE_OK);
    }
    qscene_drop(scene);
}

static void many_are_settled_as_one_would_be(void **state)
{
    struct queue_scene *scene = *state;
    struct told told[ITEMS] = {0};

    reserve(scene);
    settle_all(scene, told);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(told[i].result, SETTLE_OK);
    assert_int_equal(qscene_tally(scene)->running, 0);
    assert_int_equal(qscene_tally(scene)->delivered, ITEMS);
    assert_int_equal(qscene_tally(scene)->due[STAGE_RECONCILE], ITEMS);
    qscene_drop(scene);
}

static void one_that_cannot_be_settled_keeps_no_other_from_it(void **state)
{
    struct queue_scene *scene = *state;
    struct told told[ITEMS] = {0};
    char key[ID_SIZE + 20];

    reserve(scene);
    snprintf(key, sizeof(key), "{support}log:%s",
             scene->reservation.items[3].submission.id);
    qscene_redis(scene, "SET", key, "not a list", NULL);
    settle_all(scene, told);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(told[i].answers, 1);
        assert_int_equal(told[i].failed, i == 3);
    }
    assert_int_equal(qscene_tally(scene)->due[STAGE_RECONCILE], ITEMS);
    qscene_drop(scene);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_is_told_its_own_answer),
        TEST(many_are_settled_as_one_would_be),
        TEST(one_that_cannot_be_settled_keeps_no_other_from_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

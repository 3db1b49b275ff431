/* News: made with the change they tell of, worked like any item. */
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

static void settle_news(struct queue_scene *scene, enum stage next)
{
    struct verdict verdict = qscene_verdict(next, 0);

    verdict.outcome = next == STAGE_FINISHED ? OUTCOME_DONE : OUTCOME_REFUSED;
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    snprintf(scene->reservation.items[0].outcome.reason, SUBMISSION_REASON_SIZE,
             "answered");
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
}

static void news_is_made_with_the_change(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *news;
    char id[ID_SIZE + 4];

    qscene_deliver(scene, "2104.1.x");
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_PENDING);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 10), 1);
    news = &scene->reservation.items[0].submission;
    snprintf(id, sizeof(id), "%s.1", scene->id);
    assert_string_equal(news->id, id);
    assert_string_equal(news->of, scene->id);
    assert_int_equal(news->kind, SUBMISSION_NEWS);
    assert_string_equal(news->event, "submission.delivered");
    assert_string_equal(news->form, "contact");
    assert_string_equal(news->chat_id, "2104.1.x");
    assert_string_equal(news->reference, "order 7");
    assert_int_equal(news->news_state, STATE_DELIVERED);
    assert_true(news->news_at > 0);
    assert_int_equal(news->sequence, 1);
    assert_null(news->message);
}

static void a_change_without_an_event_makes_no_news(void **state)
{
    struct queue_scene *scene = *state;

    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    assert_int_equal(qscene_tally(scene)->due[STAGE_CALLBACK], 0);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_NONE);
}

static void a_lost_verdict_makes_no_news(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);

    verdict.event = "submission.failed";
    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    memset(scene->reservation.items[0].token, 'f', TURN_TOKEN_SIZE - 1);
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_LOST);
    assert_int_equal(qscene_tally(scene)->due[STAGE_CALLBACK], 0);
}

static void a_told_news_is_gone_and_its_message_says_sent(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    settle_news(scene, STAGE_FINISHED);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_SENT);
    assert_int_equal(qscene_tally(scene)->done, 0);
    assert_int_equal(qscene_tally(scene)->running, 0);
    /* A repetition, its answer being lost, is still known, for a while. */
    qscene_redis(scene, "PTTL", qscene_key(scene, "item:", ".1"), NULL);
    assert_in_range(scene->number, 60000, 120000);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0)),
                     SETTLE_OK);
}

static void a_refused_news_is_buried_and_its_message_says_failed(void **state)
{
    struct queue_scene *scene = *state;
    char news[ID_SIZE + 4];

    qscene_deliver(scene, "2104.1.x");
    settle_news(scene, STAGE_BURIED);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_FAILED);
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_DUE);
    snprintf(news, sizeof(news), "%s.1", scene->id);
    assert_int_equal(qscene_find(scene, news)->place, PLACE_DEAD);
    assert_int_equal(qscene_tally(scene)->failed, 0);
}

static void a_failed_news_can_be_replayed(void **state)
{
    struct queue_scene *scene = *state;
    char news[ID_SIZE + 4];

    qscene_deliver(scene, "2104.1.x");
    settle_news(scene, STAGE_BURIED);
    snprintf(news, sizeof(news), "%s.1", scene->id);
    assert_int_equal(qscene_replay(scene, news, 0), 1);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_PENDING);
    settle_news(scene, STAGE_FINISHED);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_SENT);
}

static void a_message_tells_of_its_newest_news_only(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_FINISHED, 0);

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    scene->reservation.items[0].outcome.ticket_id = 83;
    verdict.event = "submission.linked";
    qscene_settle(scene, 0, verdict);
    settle_news(scene, STAGE_BURIED);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_PENDING);
    settle_news(scene, STAGE_FINISHED);
    assert_int_equal(scene->reservation.items[0].submission.ticket_id, 83);
    assert_int_equal(qscene_find(scene, scene->id)->callback, CALLBACK_SENT);
}

static void a_callback_counts_its_own_attempts(void **state)
{
    struct queue_scene *scene = *state;

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_CALLBACK, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_CALLBACK, 0));
    qscene_reserve(scene, STAGE_CALLBACK, 1);
    assert_int_equal(scene->reservation.items[0].submission.attempts, 1);
    assert_int_equal(qscene_find(scene, scene->id)->attempts, 0);
}

static unsigned lines;
static char story[2000];

static void read_story(void *context, const struct attempt *list, size_t count,
                       const struct error *err)
{
    unsigned *answers = context;

    assert_null(err);
    story[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(story);

        assert_true(list[i].at > 0);
        snprintf(story + len, sizeof(story) - len, "%s\n", list[i].text);
    }
    lines = (unsigned)count;
    (*answers)++;
}

static void a_story_tells_every_attempt_the_callbacks_too(void **state)
{
    struct queue_scene *scene = *state;
    unsigned before;

    qscene_deliver(scene, "2104.1.x");
    settle_news(scene, STAGE_CALLBACK);
    settle_news(scene, STAGE_FINISHED);
    before = scene->answers;
    queue_attempts(scene->queue, scene->id, read_story, &scene->answers);
    run_until_count(scene->loop, &scene->answers, before + 1);
    assert_int_equal(lines, 3);
    assert_string_equal(
        story, "deliver done status=0 took_ms=0 next=reconcile\n"
               "callback submission.delivered refused status=0 took_ms=0 "
               "next=callback: answered\n"
               "callback submission.delivered done status=0 took_ms=0 "
               "next=finished: answered\n");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(news_is_made_with_the_change),
        TEST(a_change_without_an_event_makes_no_news),
        TEST(a_lost_verdict_makes_no_news),
        TEST(a_told_news_is_gone_and_its_message_says_sent),
        TEST(a_refused_news_is_buried_and_its_message_says_failed),
        TEST(a_failed_news_can_be_replayed),
        TEST(a_message_tells_of_its_newest_news_only),
        TEST(a_callback_counts_its_own_attempts),
        TEST(a_story_tells_every_attempt_the_callbacks_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

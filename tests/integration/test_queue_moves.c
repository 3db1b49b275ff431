/* The moves of a submission, each against a real redis-server. */
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

static struct accept_options with_key(const char *key, const char *fingerprint)
{
    return (struct accept_options){.key = key,
                                   .fingerprint = fingerprint,
                                   .key_ttl_ms = 60000,
                                   .deadline_ms = 5000};
}

static void an_accepted_submission_is_found_as_it_was_given(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    found = qscene_find(scene, scene->id);
    assert_non_null(found);
    assert_string_equal(found->destination, "support");
    assert_string_equal(found->form, "contact");
    assert_string_equal(found->message, "{\"message\": \"hello\"}");
    assert_string_equal(found->reference, "order 7");
    assert_int_equal(found->place, PLACE_DUE);
    assert_int_equal(found->stage, STAGE_DELIVER);
    assert_int_equal(found->attempts, 0);
    assert_true(found->received_at > 0);
    assert_true(found->due_at > 0);
    assert_int_equal(submission_state(found), STATE_QUEUED);
}

static void what_was_never_accepted_is_not_found(void **state)
{
    struct queue_scene *scene = *state;

    assert_null(qscene_find(scene, "support-01JABCDEF0123456789ABCDEFG"));
    assert_null(qscene_find(scene, "nonsense"));
    assert_null(qscene_find(scene, ""));
    assert_null(qscene_find(scene, "support-01JABCDEF0123456789ABCDEFG.x"));
}

static void the_same_id_twice_is_one_submission(void **state)
{
    struct queue_scene *scene = *state;
    const char *id = "support-01JABCDEF0123456789ABCDEFG";

    assert_int_equal(qscene_accept_id(scene, id, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_accept_id(scene, id, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], 1);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
}

static void the_same_key_gives_the_first_id(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = with_key("order 7", "abc");
    char first[ID_SIZE];

    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
    snprintf(first, sizeof(first), "%s", scene->id);
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_KNOWN);
    assert_string_equal(scene->id, first);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
}

static void the_same_id_with_the_same_key_is_still_new(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = with_key("order 7", "abc");
    const char *id = "support-01JABCDEF0123456789ABCDEFG";

    /* As when the answer to the first was lost. */
    assert_int_equal(qscene_accept_id(scene, id, &options), ACCEPT_NEW);
    assert_int_equal(qscene_accept_id(scene, id, &options), ACCEPT_NEW);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
}

static void the_same_key_with_another_body_is_a_conflict(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = with_key("order 7", "abc");
    struct accept_options other = with_key("order 7", "def");

    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
    assert_int_equal(qscene_accept(scene, &other), ACCEPT_CONFLICT);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
}

static void a_key_is_forgotten_after_its_time(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = with_key("order 7", "abc");
    char id[ID_SIZE];

    options.key_ttl_ms = 1;
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
    snprintf(id, sizeof(id), "%s", scene->id);
    while (qscene_redis(scene, "KEYS", "{support}key:*", NULL)[0])
        continue;
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
    assert_string_not_equal(scene->id, id);
}

struct together {
    unsigned answers;
    unsigned of[ACCEPT_AWAY + 1];
    char first[ID_SIZE];
    bool same; /* what is known is known by the first one's id */
};

static void on_accepted(void *context, enum accept_result result,
                        const char *id, const char *why)
{
    struct together *together = context;

    (void)why;
    together->answers++;
    together->of[result]++;
    if (result == ACCEPT_NEW)
        snprintf(together->first, ID_SIZE, "%s", id);
    else
        together->same = strcmp(together->first, id) == 0;
}

static void hand_in(struct queue_scene *scene, struct together *together,
                    unsigned count, const struct accept_options *options)
{
    struct submission submission = {
        .destination = (char *)(uintptr_t) "support",
        .form = (char *)(uintptr_t) "contact",
        .received_at = clock_wall_ms(),
    };

    memset(together, 0, sizeof(*together));
    for (unsigned i = 0; i < count; i++) {
        id_make(submission.id, "support", clock_wall_ms());
        queue_accept(scene->queue, &submission, options, on_accepted, together);
    }
    assert_int_equal(together->answers, 0);
    run_until_count(scene->loop, &together->answers, count);
}

static void a_double_click_is_one_submission(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = with_key("order 7", "abc");
    struct together together;

    hand_in(scene, &together, 3, &options);
    assert_int_equal(together.of[ACCEPT_NEW], 1);
    assert_int_equal(together.of[ACCEPT_KNOWN], 2);
    assert_true(together.same);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
}

static void of_many_at_once_so_many_are_taken_as_there_is_room(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options options = {.fingerprint = "", .deadline_ms = 5000};
    struct together together;

    scene->settings->limits.depth = 70;
    hand_in(scene, &together, 100, &options);
    assert_int_equal(together.of[ACCEPT_NEW], 70);
    assert_int_equal(together.of[ACCEPT_FULL], 30);
    assert_int_equal(qscene_tally(scene)->due[STAGE_DELIVER], 70);
    assert_int_equal(qscene_tally(scene)->accepted, 70);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 64), 64);
}

static void a_full_line_refuses_what_comes_after(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->limits.depth = 2;
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_FULL);
    assert_non_null(strstr(scene->why, "depth"));
    assert_null(qscene_find(scene, scene->id));
}

static void a_full_quarantine_refuses_no_honest_message(void **state)
{
    struct queue_scene *scene = *state;
    struct accept_options trapped = {.fingerprint = "", .held = true};

    trapped.deadline_ms = 5000;
    scene->settings->limits.quarantine = 2;
    assert_int_equal(qscene_accept(scene, &trapped), ACCEPT_NEW);
    assert_int_equal(qscene_accept(scene, &trapped), ACCEPT_NEW);
    assert_int_equal(qscene_accept(scene, &trapped), ACCEPT_FULL);
    assert_non_null(strstr(scene->why, "quarantine"));
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_tally(scene)->held, 2);
}

static void what_is_due_is_reserved_once(void **state)
{
    struct queue_scene *scene = *state;
    int64_t before = clock_boot_ms();
    const struct submission *item;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 1);
    item = &scene->reservation.items[0].submission;
    assert_string_equal(item->id, scene->id);
    assert_string_equal(item->message, "{\"message\": \"hello\"}");
    assert_int_equal(item->place, PLACE_RUN);
    assert_int_equal(item->stage, STAGE_DELIVER);
    assert_in_range(scene->reservation.deadline_at, before + 50000,
                    clock_boot_ms() + 60000);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 10), 0);
}

static void reserving_takes_no_more_than_asked_for_and_the_oldest(void **state)
{
    struct queue_scene *scene = *state;
    char ids[3][ID_SIZE];

    for (int i = 0; i < 3; i++) {
        assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
        snprintf(ids[i], ID_SIZE, "%s", scene->id);
    }
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 2), 2);
    assert_string_not_equal(scene->reservation.items[0].token,
                            scene->reservation.items[1].token);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 2), 1);
}

static void what_is_due_later_is_told_when(void **state)
{
    struct queue_scene *scene = *state;
    int64_t now = clock_wall_ms();

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 30000));
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_in_range(scene->reservation.next_at, now + 29000, now + 60000);
}

static void an_intent_is_on_record_before_the_post(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    found = qscene_find(scene, scene->id);
    assert_true(found->intent_at > 0);
    assert_int_equal(found->attempts, 1);
    assert_int_equal(submission_state(found), STATE_DELIVERING);
}

static void an_unanswered_post_comes_back_as_resolve(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    qscene_settle(scene, 0, qscene_verdict(STAGE_RESOLVE, 0));
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_RESOLVE);
    assert_true(scene->reservation.items[0].submission.intent_at > 0);
}

static void an_intent_is_kept_without_proof_and_cleared_with_it(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict proven = qscene_verdict(STAGE_DELIVER, 0);

    proven.clear_intent = true;
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_RESOLVE);
    qscene_settle(scene, 0, proven);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(scene->reservation.items[0].submission.stage,
                     STAGE_DELIVER);
    assert_int_equal(scene->reservation.items[0].submission.intent_at, 0);
}

static void looks_are_counted_from_the_intent_on(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    qscene_settle(scene, 0, qscene_verdict(STAGE_RESOLVE, 0));
    qscene_reserve(scene, STAGE_DELIVER, 1);
    scene->reservation.items[0].outcome.looked = true;
    qscene_settle(scene, 0, qscene_verdict(STAGE_RESOLVE, 0));
    found = qscene_find(scene, scene->id);
    assert_int_equal(found->looks, 1);
    assert_true(found->looked_at > 0);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    assert_int_equal(qscene_find(scene, scene->id)->looks, 0);
}

static void an_answer_that_is_not_its_fault_costs_no_attempt(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_DELIVER, 0);

    verdict.count_attempt = false;
    verdict.clear_intent = true;
    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    qscene_settle(scene, 0, verdict);
    assert_int_equal(qscene_find(scene, scene->id)->attempts, 0);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_intend(scene, 0);
    verdict.count_attempt = true;
    qscene_settle(scene, 0, verdict);
    assert_int_equal(qscene_find(scene, scene->id)->attempts, 1);
}

static void a_delivered_message_waits_for_its_ticket(void **state)
{
    struct queue_scene *scene = *state;
    const struct submission *found;

    qscene_deliver(scene, "2104.1.SW4WsbJTqVJsF");
    found = qscene_find(scene, scene->id);
    assert_string_equal(found->chat_id, "2104.1.SW4WsbJTqVJsF");
    assert_int_equal(found->stage, STAGE_RECONCILE);
    assert_int_equal(found->intent_at, 0);
    assert_int_equal(found->attempts, 0);
    assert_int_equal(submission_state(found), STATE_DELIVERED);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 50), 1);
    assert_int_equal(qscene_tally(scene)->delivered, 1);
}

static void a_chat_id_never_changes_and_is_never_delivered_again(void **state)
{
    struct queue_scene *scene = *state;
    struct outcome *outcome;

    qscene_deliver(scene, "2104.1.first");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    outcome = &scene->reservation.items[0].outcome;
    snprintf(outcome->chat_id, sizeof(outcome->chat_id), "2104.1.other");
    assert_int_equal(qscene_intend(scene, 0), SETTLE_LOST);
    qscene_settle(scene, 0, qscene_verdict(STAGE_DELIVER, 0));
    assert_string_equal(qscene_find(scene, scene->id)->chat_id, "2104.1.first");
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 0);
    assert_int_equal(qscene_reserve(scene, STAGE_RECONCILE, 1), 1);
}

static void a_ticket_finishes_it(void **state)
{
    struct queue_scene *scene = *state;
    struct verdict verdict = qscene_verdict(STAGE_FINISHED, 0);
    const struct submission *found;

    qscene_deliver(scene, "2104.1.x");
    qscene_reserve(scene, STAGE_RECONCILE, 1);
    scene->reservation.items[0].outcome.ticket_id = INT64_C(9007199254740993);
    verdict.event = "submission.linked";
    qscene_settle(scene, 0, verdict);
    found = qscene_find(scene, scene->id);
    assert_int_equal(found->ticket_id, INT64_C(9007199254740993));
    assert_int_equal(found->place, PLACE_DONE);
    assert_int_equal(submission_state(found), STATE_LINKED);
    assert_int_equal(qscene_tally(scene)->linked, 1);
    assert_int_equal(qscene_tally(scene)->done, 1);
}

static void a_message_without_a_chat_cannot_be_finished(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_true(
        qscene_settle_fails(scene, 0, qscene_verdict(STAGE_FINISHED, 0)));
    assert_non_null(strstr(scene->text, "without a chat"));
    assert_int_equal(qscene_find(scene, scene->id)->place, PLACE_RUN);
}

static void what_is_given_back_is_due_at_once(void **state)
{
    struct queue_scene *scene = *state;

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    assert_int_equal(qscene_give_back(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_give_back(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(scene->reservation.items[0].submission.crashes, 0);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_accepted_submission_is_found_as_it_was_given),
        TEST(what_was_never_accepted_is_not_found),
        TEST(the_same_id_twice_is_one_submission),
        TEST(the_same_key_gives_the_first_id),
        TEST(the_same_id_with_the_same_key_is_still_new),
        TEST(the_same_key_with_another_body_is_a_conflict),
        TEST(a_key_is_forgotten_after_its_time),
        TEST(a_double_click_is_one_submission),
        TEST(of_many_at_once_so_many_are_taken_as_there_is_room),
        TEST(a_full_line_refuses_what_comes_after),
        TEST(a_full_quarantine_refuses_no_honest_message),
        TEST(what_is_due_is_reserved_once),
        TEST(reserving_takes_no_more_than_asked_for_and_the_oldest),
        TEST(what_is_due_later_is_told_when),
        TEST(an_intent_is_on_record_before_the_post),
        TEST(an_unanswered_post_comes_back_as_resolve),
        TEST(an_intent_is_kept_without_proof_and_cleared_with_it),
        TEST(looks_are_counted_from_the_intent_on),
        TEST(an_answer_that_is_not_its_fault_costs_no_attempt),
        TEST(a_delivered_message_waits_for_its_ticket),
        TEST(a_chat_id_never_changes_and_is_never_delivered_again),
        TEST(a_ticket_finishes_it),
        TEST(a_message_without_a_chat_cannot_be_finished),
        TEST(what_is_given_back_is_due_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What comes late, out of a journal, and what was erased meanwhile. */
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

#define MINUTE INT64_C(60000)
#define DAY    (1440 * MINUTE)

/* A message that waits in a journal. */
struct waiting {
    char id[ID_SIZE];
    int64_t received_at;
    struct accept_options options;
};

static struct waiting waiting_for(int64_t ms)
{
    struct waiting message = {
        .received_at = clock_wall_ms() - ms,
        .options = {.fingerprint = "-", .deadline_ms = 5000},
    };

    id_make(message.id, "support", message.received_at);
    return message;
}

struct told {
    unsigned count;
    enum bring_result result;
    char id[ID_SIZE];
};

static void on_brought(void *context, enum bring_result result, const char *id)
{
    struct told *told = context;

    told->result = result;
    snprintf(told->id, sizeof(told->id), "%s", id);
    told->count++;
}

static struct told bring(struct queue_scene *scene,
                         const struct waiting *message)
{
    static char text[] = "{\"message\":\"hello\"}";
    static char form[] = "contact", to[] = "support";
    struct submission submission = {
        .destination = to,
        .form = form,
        .message = text,
        .received_at = message->received_at,
    };
    struct told told = {0};

    snprintf(submission.id, sizeof(submission.id), "%s", message->id);
    queue_bring(scene->queue, &submission, &message->options, true, on_brought,
                &told);
    run_until_count(scene->loop, &told.count, 1);
    return told;
}

static void what_only_waits_cannot_be_discarded(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting message = waiting_for(MINUTE);

    assert_int_equal(qscene_count(scene, queue_discard, message.id), 0);
    assert_int_equal(bring(scene, &message).result, BRING_NEW);
    assert_non_null(qscene_find(scene, message.id));
}

static void what_only_waits_can_be_erased(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting message = waiting_for(MINUTE);

    assert_int_equal(qscene_count(scene, queue_forget, message.id), 0);
    assert_int_equal(bring(scene, &message).result, BRING_ERASED);
    assert_null(qscene_find(scene, message.id));
}

static void what_was_erased_stays_away_whatever_the_clocks_say(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting message = waiting_for(-MINUTE);

    assert_int_equal(bring(scene, &message).result, BRING_NEW);
    assert_int_equal(qscene_count(scene, queue_forget, message.id), 1);
    assert_int_equal(bring(scene, &message).result, BRING_ERASED);
    assert_null(qscene_find(scene, message.id));
}

/* Its process died before it had removed the file. */
static void what_is_there_is_not_too_old(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting message = waiting_for(79 * DAY);
    struct waiting other = waiting_for(81 * DAY);

    assert_int_equal(bring(scene, &message).result, BRING_NEW);
    message.received_at -= 2 * DAY;
    assert_int_equal(bring(scene, &message).result, BRING_NEW);
    assert_int_equal(bring(scene, &other).result, BRING_OLD);
}

static void what_was_erased_is_not_too_old_either(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting message = waiting_for(81 * DAY);

    qscene_count(scene, queue_forget, message.id);
    assert_int_equal(bring(scene, &message).result, BRING_ERASED);
}

/* One of two that two processes were given with the same key. */
static struct waiting one_of_two(int64_t ms, const char *fingerprint)
{
    struct waiting message = waiting_for(ms);

    message.options.key = "order 7";
    message.options.fingerprint = fingerprint;
    message.options.key_ttl_ms = MINUTE;
    return message;
}

static void the_second_id_of_a_message_erases_the_first(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");
    struct told told;

    assert_int_equal(bring(scene, &first).result, BRING_NEW);
    assert_int_equal(qscene_count(scene, queue_forget, second.id), 0);
    told = bring(scene, &second);
    assert_int_equal(told.result, BRING_ERASED);
    assert_string_equal(told.id, first.id);
    assert_null(qscene_find(scene, first.id));
    assert_int_equal(bring(scene, &first).result, BRING_ERASED);
}

static void it_erases_one_that_comes_later_too(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");
    struct waiting other = one_of_two(MINUTE, "other words");

    qscene_count(scene, queue_forget, second.id);
    assert_int_equal(bring(scene, &second).result, BRING_ERASED);
    assert_int_equal(bring(scene, &first).result, BRING_ERASED);
    assert_int_equal(bring(scene, &other).result, BRING_NEW);
}

static void it_leaves_other_words_with_the_same_key(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "other words");
    struct waiting second = one_of_two(MINUTE, "-");
    struct told told;

    bring(scene, &first);
    qscene_count(scene, queue_forget, second.id);
    told = bring(scene, &second);
    assert_int_equal(told.result, BRING_ERASED);
    assert_string_equal(told.id, second.id);
    assert_non_null(qscene_find(scene, first.id));
}

static void it_leaves_what_was_sent_after_the_erasure(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting second = one_of_two(MINUTE, "-"), anew;
    int64_t now;

    qscene_count(scene, queue_forget, second.id);
    now = clock_wall_ms();
    while (clock_wall_ms() <= now)
        continue; /* so that their times differ */
    anew = one_of_two(0, "-");
    qscene_accept_id(scene, anew.id, &anew.options);
    assert_string_equal(bring(scene, &second).id, second.id);
    assert_non_null(qscene_find(scene, anew.id));
}

static void nothing_is_done_with_before_the_first_is_erased(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");

    bring(scene, &first);
    qscene_count(scene, queue_forget, second.id);
    snprintf(scene->id, sizeof(scene->id), "%s", first.id);
    qscene_redis(scene, "RENAME", qscene_key(scene, "item:", ""), "away", NULL);
    qscene_redis(scene, "SET", qscene_key(scene, "item:", ""), "x", NULL);
    assert_int_equal(bring(scene, &second).result, BRING_LATER);
    qscene_redis(scene, "RENAME", "away", qscene_key(scene, "item:", ""), NULL);
    assert_int_equal(bring(scene, &second).result, BRING_ERASED);
    assert_null(qscene_find(scene, first.id));
}

static void on_also(void *context, size_t count, const struct error *err)
{
    struct told *told = context;

    assert_null(err);
    told->result = count ? BRING_ERASED : BRING_KNOWN;
    told->count++;
}

static enum bring_result also(struct queue_scene *scene, const char *id,
                              const char *other)
{
    struct told told = {0};

    queue_also(scene->queue, id, other, "contact", on_also, &told);
    run_until_count(scene->loop, &told.count, 1);
    return told.result;
}

static void an_erasure_before_the_second_id_is_known_is_done(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");

    bring(scene, &first);
    assert_int_equal(bring(scene, &second).result, BRING_KNOWN);
    assert_int_equal(qscene_count(scene, queue_forget, second.id), 0);
    assert_int_equal(also(scene, first.id, second.id), BRING_ERASED);
    assert_null(qscene_find(scene, first.id));
    assert_int_equal(also(scene, first.id, second.id), BRING_KNOWN);
}

static void an_erasure_after_the_second_id_is_known_is_done(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");

    bring(scene, &first);
    assert_int_equal(bring(scene, &second).result, BRING_KNOWN);
    assert_int_equal(also(scene, first.id, second.id), BRING_KNOWN);
    assert_int_equal(qscene_count(scene, queue_discard, second.id), 0);
    assert_non_null(qscene_find(scene, first.id));
    assert_int_equal(qscene_count(scene, queue_forget, second.id), 1);
    assert_null(qscene_find(scene, first.id));
}

static void a_second_id_is_discarded_with_the_first(void **state)
{
    struct queue_scene *scene = *state;
    struct waiting first = one_of_two(MINUTE, "-");
    struct waiting second = one_of_two(MINUTE, "-");

    first.options.held = true;
    bring(scene, &first);
    also(scene, first.id, second.id);
    assert_int_equal(qscene_count(scene, queue_discard, second.id), 1);
    assert_int_equal(bring(scene, &first).result, BRING_ERASED);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_only_waits_cannot_be_discarded),
        TEST(what_only_waits_can_be_erased),
        TEST(what_was_erased_stays_away_whatever_the_clocks_say),
        TEST(what_is_there_is_not_too_old),
        TEST(what_was_erased_is_not_too_old_either),
        TEST(the_second_id_of_a_message_erases_the_first),
        TEST(it_erases_one_that_comes_later_too),
        TEST(it_leaves_other_words_with_the_same_key),
        TEST(it_leaves_what_was_sent_after_the_erasure),
        TEST(nothing_is_done_with_before_the_first_is_erased),
        TEST(an_erasure_before_the_second_id_is_known_is_done),
        TEST(an_erasure_after_the_second_id_is_known_is_done),
        TEST(a_second_id_is_discarded_with_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

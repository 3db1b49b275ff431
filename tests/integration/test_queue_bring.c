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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

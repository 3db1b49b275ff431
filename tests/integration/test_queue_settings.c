/* Settings that change while a queue is at work. */
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

/* Those of the scene, and a second destination. */
static struct settings *with_sales(const struct queue_scene *scene)
{
    struct error err = {0};
    struct settings *settings;
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/more.yaml", scene->server.dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "redis: { url: '%s', timeout: 5s }\n"
            "destinations:\n"
            "  support: { subdomain: acme, token: t, budget_per_minute: 0 }\n"
            "  sales: { subdomain: acme, token: t, budget_per_minute: 0 }\n"
            "forms:\n"
            "  contact: { destination: support, public: true }\n",
            scene->server.url);
    assert_int_equal(fclose(file), 0);
    settings = settings_load(path, &err);
    if (!settings)
        fail_msg("%s", err.text);
    return settings;
}

static void on_accepted(void *context, enum accept_result result,
                        const char *id, const char *why)
{
    struct queue_scene *scene = context;

    (void)id;
    (void)why;
    assert_int_equal(result, ACCEPT_NEW);
    scene->answers++;
}

static void accept_for_sales(struct queue_scene *scene)
{
    const struct accept_options options = {.fingerprint = "",
                                           .deadline_ms = 5000};
    struct submission submission = {
        .destination = (char *)(uintptr_t) "sales",
        .form = (char *)(uintptr_t) "contact",
        .message = (char *)(uintptr_t) "{}",
        .received_at = clock_wall_ms(),
    };
    unsigned before = scene->answers;

    id_make(submission.id, "sales", clock_wall_ms());
    queue_accept(scene->queue, &submission, &options, on_accepted, scene);
    run_until_count(scene->loop, &scene->answers, before + 1);
}

static void on_reserved(void *context, struct reservation *reservation,
                        const struct error *err)
{
    struct queue_scene *scene = context;

    assert_null(err);
    qscene_drop(scene);
    scene->reservation = *reservation;
    scene->answers++;
}

static void reserve_for_sales(struct queue_scene *scene)
{
    unsigned before = scene->answers;

    queue_reserve(scene->queue, "sales", STAGE_DELIVER, 9, on_reserved, scene);
    run_until_count(scene->loop, &scene->answers, before + 1);
}

/* Redis may have lost writes while nobody asked for that destination. */
static void a_destination_that_is_added_is_met_before_it_is_worked(void **state)
{
    struct queue_scene *scene = *state;
    struct settings *more = with_sales(scene);

    accept_for_sales(scene);
    qscene_redis(scene, "HSET", "{sales}meta", "run_id", "another", NULL);
    queue_use_settings(scene->queue, more);
    settings_release(more);
    reserve_for_sales(scene);
    assert_int_equal(scene->reservation.count, 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
}

static void settings_that_change_during_a_meeting_are_met_too(void **state)
{
    struct queue_scene *scene = *state;
    struct settings *more = with_sales(scene);

    accept_for_sales(scene);
    qscene_redis(scene, "HSET", "{sales}meta", "run_id", "another", NULL);
    queue_use_settings(scene->queue, scene->settings);
    qscene_redis(scene, "PING", NULL);
    queue_use_settings(scene->queue, more);
    settings_release(more);
    reserve_for_sales(scene);
    assert_int_equal(scene->reservation.count, 0);
    assert_true(scene->reservation.next_at > clock_wall_ms());
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_destination_that_is_added_is_met_before_it_is_worked),
        TEST(settings_that_change_during_a_meeting_are_met_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The pretend Zendesk Chat over real HTTP: all that it does wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "run.h"
#include "sandbox_scene.h"

#include "base/banned.h"

#define CHATS "/api/v2/chat/chats"
#define BODY                                                                   \
    "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\"},"           \
    "\"message\":\"Hi there!\",\"type\":\"offline_msg\",\"session\":"          \
    "{\"id\":\"support-1\",\"start_date\":\"2014-10-09T05:28:31Z\","           \
    "\"end_date\":\"2014-10-09T05:28:31Z\"},\"timestamp\":1412832511}"

static void add_fault(struct sandbox_scene *scene, const char *fault)
{
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/faults", fault, 201));
}

static json_int_t stat_of(struct sandbox_scene *scene, const char *name)
{
    json_t *root = sandbox_ask(scene, "GET", "/_sandbox/stats", NULL, 200);
    json_int_t value = json_integer_value(json_object_get(root, name));

    json_decref(root);
    return value;
}

/* A Create whose answer is odd; the caller closes. */
static void create_oddly(struct talk *talk, struct sandbox_scene *scene)
{
    talk_begin(talk, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    talk_await_end(talk);
}

static void lose_after_creates_and_cuts(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"lose_after\"}");
    create_oddly(&talk, scene);
    assert_int_equal(talk.text.len, 0);
    assert_false(talk.reset);
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 1);
    assert_int_equal(stat_of(scene, "faults"), 1);
}

static void lose_before_cuts_and_creates_nothing(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene,
              "{\"on\":\"create\",\"do\":\"lose_before\",\"reset\":true}");
    create_oddly(&talk, scene);
    assert_int_equal(talk.text.len, 0);
    assert_true(talk.reset);
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 0);
}

static void a_status_is_answered_and_nothing_created(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"status\",\"status\":422}");
    create_oddly(&talk, scene);
    assert_int_equal(talk_status(&talk), 422);
    assert_true(talk_says(&talk, "application/json"));
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 0);
}

static void a_429_is_plain_text_with_retry_after(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"any\",\"do\":\"429\",\"retry_after\":7}");
    create_oddly(&talk, scene);
    assert_int_equal(talk_status(&talk), 429);
    assert_true(talk_says(&talk, "Retry-After: 7\r\n"));
    assert_true(talk_says(&talk, "text/plain"));
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 0);
}

static void status_after_creates_and_answers_the_status(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"status_after\"}");
    create_oddly(&talk, scene);
    assert_int_equal(talk_status(&talk), 500);
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 1);
}

/* Creates a chat and keeps its id. */
static void create(struct sandbox_scene *scene, char id[64])
{
    json_t *root = sandbox_ask(scene, "POST", CHATS, BODY, 201);

    snprintf(id, 64, "%s", json_string_value(json_object_get(root, "id")));
    json_decref(root);
}

static void slow_answers_late_but_whole(void **state)
{
    struct sandbox_scene *scene = *state;
    int64_t begun_at;
    char id[64];

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"slow\",\"delay_ms\":100}");
    begun_at = clock_boot_ms();
    create(scene, id);
    run_lasted(begun_at, 100);
    assert_int_equal(stat_of(scene, "chats"), 1);
}

static void hang_never_answers(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"hang\"}");
    talk_begin(&talk, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    while (stat_of(scene, "chats") == 0)
        ;
    assert_false(talk.ended);
    assert_int_equal(talk.text.len, 0);
    talk_close(&talk);
}

static void truncate_breaks_off_within_the_body(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"truncate\"}");
    create_oddly(&talk, scene);
    assert_int_equal(talk_status(&talk), 201);
    assert_true(talk_says(&talk, "\"id\":"));
    assert_false(talk_says(&talk, "zendesk_ticket_id"));
    assert_false(talk_says(&talk, "\r\n0\r\n\r\n"));
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 1);
}

static void html_comes_instead_of_json(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"html\",\"status\":200}");
    create_oddly(&talk, scene);
    assert_int_equal(talk_status(&talk), 200);
    assert_true(talk_says(&talk, "text/html"));
    assert_true(talk_says(&talk, "<h1>"));
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 1);
}

static void endless_goes_on_until_the_client_leaves(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    add_fault(scene, "{\"on\":\"create\",\"do\":\"endless\"}");
    talk_begin(&talk, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    talk_await(&talk, 1000000);
    assert_false(talk.ended);
    assert_int_equal(talk_status(&talk), 201);
    talk_close(&talk);
    assert_int_equal(stat_of(scene, "chats"), 1);
}

static void faults_are_played_in_order_for_whom_they_are_meant(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;
    char id[64];

    sandbox_scene_start(scene);
    add_fault(scene, "[{\"on\":\"search\",\"do\":503},"
                     "{\"on\":\"create\",\"do\":500,\"count\":2},"
                     "{\"on\":\"create\",\"do\":501,\"match\":\"nobody\"},"
                     "{\"on\":\"create\",\"do\":502,\"match\":\"joe@\"}]");
    for (int expected = 0; expected < 3; expected++) {
        create_oddly(&talk, scene);
        assert_int_equal(talk_status(&talk), expected < 2 ? 500 : 502);
        talk_close(&talk);
    }
    create(scene, id);
    assert_int_equal(stat_of(scene, "faults"), 3);
    assert_int_equal(stat_of(scene, "faults_waiting"), 2);
    json_decref(sandbox_ask(scene, "DELETE", "/_sandbox/faults", NULL, 200));
    assert_int_equal(stat_of(scene, "faults_waiting"), 0);
}

static void a_fault_that_is_not_understood_is_refused(void **state)
{
    static const char *const bad[] = {
        "nonsense",
        "[]x",
        "7",
        "{}",
        "{\"on\":\"create\"}",
        "{\"do\":\"explode\"}",
        "{\"do\":\"slow\",\"on\":\"tickets\"}",
        "{\"do\":\"slow\",\"on\":null}",
        "{\"do\":\"status\",\"status\":99}",
        "{\"do\":\"status\",\"status\":\"500\"}",
        "{\"do\":99}",
        "{\"do\":\"slow\",\"delay_ms\":-1}",
        "{\"do\":\"slow\",\"delay\":1}",
        "{\"do\":\"slow\",\"count\":1.5}",
        "{\"do\":\"slow\",\"match\":7}",
        "[{\"do\":\"slow\"},{\"do\":\"quick\"}]",
    };
    struct sandbox_scene *scene = *state;
    json_t *root;

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        root = sandbox_ask(scene, "POST", "/_sandbox/faults", bad[i], 400);
        assert_non_null(json_object_get(root, "description"));
        json_decref(root);
    }
    assert_int_equal(stat_of(scene, "faults_waiting"), 0);
}

static void errors_and_losses_by_chance_come_in_their_share(void **state)
{
    struct sandbox_scene *scene = *state;
    int errors = 0, losses = 0;
    json_int_t chats;
    struct talk talk;

    scene->options.manner.error_rate = 0.2;
    scene->options.manner.lose_answer_rate = 0.2;
    sandbox_scene_start(scene);
    for (int i = 0; i < 200; i++) {
        create_oddly(&talk, scene);
        errors += talk_status(&talk) == 500;
        losses += talk.text.len == 0;
        talk_close(&talk);
    }
    chats = stat_of(scene, "chats");
    assert_in_range(errors, 20, 60);
    assert_in_range(losses, 15, 55);
    assert_in_range(chats, 200 - errors + 1, 199); /* some were, some not */
    assert_int_equal(stat_of(scene, "faults"), errors + losses);
}

/* The statuses of 50 requests to a sandbox with that seed. */
static void play(struct sandbox_scene *scene, uint64_t seed, int status[50])
{
    struct talk talk;

    scene->options.seed = seed;
    scene->options.manner.error_rate = 0.3;
    scene->options.manner.lose_answer_rate = 0.3;
    if (scene->sandbox)
        sandbox_scene_restart(scene);
    else
        sandbox_scene_start(scene);
    for (int i = 0; i < 50; i++) {
        create_oddly(&talk, scene);
        status[i] = talk_status(&talk);
        talk_close(&talk);
    }
}

static void a_seed_repeats_a_run(void **state)
{
    struct sandbox_scene *scene = *state;
    int first[50], again[50], other[50];

    play(scene, 5, first);
    play(scene, 5, again);
    play(scene, 6, other);
    assert_memory_equal(first, again, sizeof(first));
    assert_memory_not_equal(first, other, sizeof(first));
}

static void note_drained(void *context)
{
    struct sandbox_scene *scene = context;

    scene->drained++;
}

static void a_drain_ends_what_hangs_and_answers_what_waits(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk hanging, slow, endless;

    sandbox_scene_start(scene);
    add_fault(scene, "[{\"do\":\"hang\"},{\"do\":\"slow\",\"ms\":60000},"
                     "{\"do\":\"endless\"}]");
    talk_begin(&hanging, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    while (stat_of(scene, "chats") < 1)
        ;
    talk_begin(&slow, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    while (stat_of(scene, "chats") < 2)
        ;
    talk_begin(&endless, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    talk_await(&endless, 100000);
    sandbox_drain(scene->sandbox, note_drained, scene);
    talk_await_end(&hanging);
    talk_await_end(&slow);
    talk_await_end(&endless);
    run_until_count(scene->loop, &scene->drained, 1);
    assert_int_equal(talk_status(&slow), 201);
    assert_int_equal(talk_status(&hanging), 0);
    talk_close(&hanging);
    talk_close(&slow);
    talk_close(&endless);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, sandbox_scene_set_up,                \
                                    sandbox_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(lose_after_creates_and_cuts),
        SCENE(lose_before_cuts_and_creates_nothing),
        SCENE(a_status_is_answered_and_nothing_created),
        SCENE(a_429_is_plain_text_with_retry_after),
        SCENE(status_after_creates_and_answers_the_status),
        SCENE(slow_answers_late_but_whole),
        SCENE(hang_never_answers),
        SCENE(truncate_breaks_off_within_the_body),
        SCENE(html_comes_instead_of_json),
        SCENE(endless_goes_on_until_the_client_leaves),
        SCENE(faults_are_played_in_order_for_whom_they_are_meant),
        SCENE(a_fault_that_is_not_understood_is_refused),
        SCENE(errors_and_losses_by_chance_come_in_their_share),
        SCENE(a_seed_repeats_a_run),
        SCENE(a_drain_ends_what_hangs_and_answers_what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

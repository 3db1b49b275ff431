/* The pretend Zendesk Chat over real HTTP: what it keeps, counts and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Creates a chat and keeps its id. */
static void create(struct sandbox_scene *scene, char id[64])
{
    json_t *root = sandbox_ask(scene, "POST", CHATS, BODY, 201);

    snprintf(id, 64, "%s", json_string_value(json_object_get(root, "id")));
    json_decref(root);
}

static json_int_t ticket_of(struct sandbox_scene *scene, const char *id)
{
    char path[128];
    json_t *root;
    json_int_t ticket;

    snprintf(path, sizeof(path), CHATS "?ids=%s", id);
    root = sandbox_ask(scene, "GET", path, NULL, 200);
    ticket = json_integer_value(
        json_object_get(json_object_get(json_object_get(root, "docs"), id),
                        "zendesk_ticket_id"));
    json_decref(root);
    return ticket;
}

static void a_created_chat_gets_its_ticket_after_the_delay(void **state)
{
    struct sandbox_scene *scene = *state;
    int64_t created_at, seen_at;
    char id[64];

    scene->options.manner.ticket_delay_ms = 150;
    sandbox_scene_start(scene);
    created_at = clock_wall_ms();
    create(scene, id);
    do
        seen_at = clock_wall_ms();
    while (!ticket_of(scene, id) && seen_at < created_at + RUN_PATIENCE_MS);
    assert_int_equal(ticket_of(scene, id), 1001);
    assert_true(clock_wall_ms() >= created_at + 150);
}

static json_int_t found(struct sandbox_scene *scene)
{
    json_t *root =
        sandbox_ask(scene, "GET",
                    CHATS "/search?q=visitor_email:joe@example.com", NULL, 200);
    json_int_t count = json_integer_value(json_object_get(root, "count"));

    json_decref(root);
    return count;
}

static void a_created_chat_is_found_only_after_the_lag(void **state)
{
    struct sandbox_scene *scene = *state;
    int64_t created_at, asked_at;
    char id[64];

    scene->options.manner.search_lag_ms = 150;
    sandbox_scene_start(scene);
    created_at = clock_wall_ms();
    create(scene, id);
    do
        asked_at = clock_wall_ms();
    while (!found(scene) && asked_at < created_at + RUN_PATIENCE_MS);
    assert_int_equal(found(scene), 1);
    assert_true(clock_wall_ms() >= created_at + 150);
}

static json_int_t stat_of(struct sandbox_scene *scene, const char *name)
{
    json_t *root = sandbox_ask(scene, "GET", "/_sandbox/stats", NULL, 200);
    json_int_t value = json_integer_value(json_object_get(root, name));

    json_decref(root);
    return value;
}

static void without_the_right_token_it_is_401(void **state)
{
    static const char *const tokens[] = {NULL, "", "another",
                                         SANDBOX_TOKEN "x"};
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        talk_begin(&talk, scene, "POST", CHATS, BODY, tokens[i]);
        talk_await_end(&talk);
        assert_int_equal(talk_status(&talk), 401);
        assert_true(talk_says(&talk, "WWW-Authenticate: Bearer"));
        talk_close(&talk);
    }
    assert_int_equal(stat_of(scene, "chats"), 0);
}

static void without_a_token_of_its_own_any_token_will_do(void **state)
{
    struct sandbox_scene *scene = *state;
    char id[64];

    scene->options.token_count = 0;
    sandbox_scene_start(scene);
    create(scene, id);
}

/* A Create whose answer is odd; the caller closes. */
static void create_oddly(struct talk *talk, struct sandbox_scene *scene)
{
    talk_begin(talk, scene, "POST", CHATS, BODY, SANDBOX_TOKEN);
    talk_await_end(talk);
}

static void over_the_rate_limit_it_is_429_with_retry_after(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    scene->options.manner.rate_limit = 3;
    sandbox_scene_start(scene);
    for (int i = 0; i < 5; i++) {
        create_oddly(&talk, scene);
        assert_int_equal(talk_status(&talk), i < 3 ? 201 : 429);
        assert_int_equal(talk_says(&talk, "Retry-After: "), i >= 3);
        assert_true(talk_says(&talk, "X-Rate-Limit-Remaining: "));
        talk_close(&talk);
    }
    assert_int_equal(stat_of(scene, "chats"), 3);
}

static void latency_comes_before_every_answer(void **state)
{
    struct sandbox_scene *scene = *state;
    int64_t begun_at = clock_boot_ms();
    struct talk talk;

    scene->options.manner.latency_ms = 60;
    sandbox_scene_start(scene);
    talk_begin(&talk, scene, "GET", CHATS, NULL, NULL);
    talk_await_end(&talk);
    assert_int_equal(talk_status(&talk), 401);
    run_lasted(begun_at, 60);
    talk_close(&talk);
}

static void the_tally_counts_calls_answers_and_doubles(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root, *requests, *answers;
    char id[64], other[64];

    sandbox_scene_start(scene);
    create(scene, id);
    create(scene, other);
    assert_string_not_equal(id, other);
    json_decref(sandbox_ask(scene, "GET", CHATS "/nobody", NULL, 404));
    json_decref(sandbox_ask(scene, "GET", "/nowhere", NULL, 404));
    assert_int_equal(found(scene), 2);
    root = sandbox_ask(scene, "GET", "/_sandbox/stats", NULL, 200);
    requests = json_object_get(root, "requests");
    answers = json_object_get(root, "answers");
    assert_int_equal(json_integer_value(json_object_get(requests, "create")),
                     2);
    assert_int_equal(json_integer_value(json_object_get(requests, "search")),
                     1);
    assert_int_equal(json_integer_value(json_object_get(requests, "none")), 1);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(answers, "show"), "404")),
                     1);
    assert_int_equal(json_integer_value(json_object_get(root, "chats")), 2);
    assert_int_equal(json_integer_value(json_object_get(root, "sessions")), 1);
    assert_int_equal(json_integer_value(json_object_get(root, "duplicates")),
                     1);
    json_decref(root);
}

static void all_chats_are_listed_for_tests(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root, *chat;
    char id[64];

    sandbox_scene_start(scene);
    for (int i = 0; i < 100; i++)
        create(scene, id);
    root = sandbox_ask(scene, "GET", "/_sandbox/chats", NULL, 200);
    assert_int_equal(json_integer_value(json_object_get(root, "count")), 100);
    chat = json_array_get(json_object_get(root, "chats"), 99);
    assert_string_equal(json_string_value(json_object_get(chat, "id")), id);
    assert_string_equal(json_string_value(json_object_get(chat, "session_id")),
                        "support-1");
    assert_int_equal(json_integer_value(json_object_get(chat, "ticket_id")),
                     1100);
    json_decref(root);
}

static void unknown_paths_and_methods_of_its_own_are_refused(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    json_decref(sandbox_ask(scene, "GET", "/_sandbox/nothing", NULL, 404));
    talk_begin(&talk, scene, "PUT", "/_sandbox/faults", "{}", NULL);
    talk_await_end(&talk);
    assert_int_equal(talk_status(&talk), 405);
    assert_true(talk_says(&talk, "Allow: POST, DELETE\r\n"));
    talk_close(&talk);
}

/* A browser says which page asks; whatever it is, it is none of ours. */
static void a_web_page_cannot_change_the_sandbox(void **state)
{
    static const char page[] = "a-token\r\nOrigin: https://evil.example";
    struct sandbox_scene *scene = *state;

    sandbox_scene_start(scene);
    assert_int_equal(sandbox_status(scene, "POST", "/_sandbox/tokens",
                                    "{\"token\":\"theirs\"}", page),
                     403);
    assert_int_equal(
        sandbox_status(scene, "GET", "/_sandbox/chats", NULL, page), 403);
    assert_int_equal(
        sandbox_status(scene, "GET", "/api/v2/chat/chats", NULL, page), 200);
}

static void a_state_file_keeps_chats_over_a_restart(void **state)
{
    struct sandbox_scene *scene = *state;
    char path[] = "/tmp/afterhours-sandbox-XXXXXX", id[64];
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    scene->options.state_file = path;
    sandbox_scene_start(scene);
    create(scene, id);
    sandbox_scene_restart(scene);
    assert_int_equal(ticket_of(scene, id), 1001);
    assert_int_equal(stat_of(scene, "chats"), 1);
    unlink(path);
}

static void an_address_in_use_is_told(void **state)
{
    struct sandbox_scene *scene = *state;
    struct sandbox_options options = scene->options;
    struct error err = {0};
    char listen[32];

    sandbox_scene_start(scene);
    snprintf(listen, sizeof(listen), "127.0.0.1:%u",
             sandbox_port(scene->sandbox));
    options.listen = listen;
    assert_null(sandbox_new(scene->loop, &options, &err));
    assert_non_null(strstr(err.text, listen));
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, sandbox_scene_set_up,                \
                                    sandbox_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_created_chat_gets_its_ticket_after_the_delay),
        SCENE(a_created_chat_is_found_only_after_the_lag),
        SCENE(without_the_right_token_it_is_401),
        SCENE(without_a_token_of_its_own_any_token_will_do),
        SCENE(over_the_rate_limit_it_is_429_with_retry_after),
        SCENE(latency_comes_before_every_answer),
        SCENE(the_tally_counts_calls_answers_and_doubles),
        SCENE(all_chats_are_listed_for_tests),
        SCENE(unknown_paths_and_methods_of_its_own_are_refused),
        SCENE(a_web_page_cannot_change_the_sandbox),
        SCENE(a_state_file_keeps_chats_over_a_restart),
        SCENE(an_address_in_use_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

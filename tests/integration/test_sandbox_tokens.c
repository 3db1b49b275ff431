/* Who may call the sandbox: roles, scopes, lifetimes, refreshing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

static int get_with(struct sandbox_scene *scene, const char *token)
{
    return sandbox_status(scene, "GET", CHATS, NULL, token);
}

static int post_with(struct sandbox_scene *scene, const char *token)
{
    return sandbox_status(scene, "POST", CHATS, BODY, token);
}

static void tokens_have_roles_and_scopes(void **state)
{
    struct sandbox_scene *scene = *state;
    struct sandbox_options *options = &scene->options;

    options->tokens[options->token_count++] = "agent:agent";
    options->tokens[options->token_count++] = "reader:administrator:read";
    sandbox_scene_start(scene);
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/tokens",
                            "{\"token\":\"writer\",\"scopes\":[\"write\"]}",
                            201));
    assert_int_equal(get_with(scene, SANDBOX_TOKEN), 200);
    assert_int_equal(post_with(scene, "agent"), 201);
    assert_int_equal(get_with(scene, "agent"), 403);
    assert_int_equal(get_with(scene, "reader"), 200);
    assert_int_equal(post_with(scene, "reader"), 403);
    assert_int_equal(post_with(scene, "writer"), 201);
    assert_int_equal(get_with(scene, "writer"), 403);
    assert_int_equal(get_with(scene, "nobody"), 401);
    json_decref(sandbox_ask(scene, "DELETE", "/_sandbox/tokens", NULL, 200));
    assert_int_equal(get_with(scene, SANDBOX_TOKEN), 401);
}

static void a_token_that_is_none_is_told(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"token\":\"\"}",
        "{\"token\":\"a\",\"refresh_token\":\"b\"}",
        "{\"token\":\"a\",\"role\":\"king\"}",
        "{\"token\":\"a\",\"scopes\":[\"rule\"]}",
        "{\"token\":\"a\",\"scopes\":\"read\"}",
        "{\"token\":\"a\",\"lifetime_ms\":-1}",
        "[1]",
        "{",
        "{\"t\":1}",
    };
    struct sandbox_scene *scene = *state;
    struct error err = {0};

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        json_decref(
            sandbox_ask(scene, "POST", "/_sandbox/tokens", bad[i], 400));
    sandbox_free(scene->sandbox);
    scene->options.tokens[0] = "a:king";
    scene->sandbox = sandbox_new(scene->loop, &scene->options, &err);
    assert_null(scene->sandbox);
    assert_non_null(strstr(err.text, "king"));
}

static void a_token_ends_after_its_lifetime(void **state)
{
    struct sandbox_scene *scene = *state;
    int64_t until;

    sandbox_scene_start(scene);
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/tokens",
                            "{\"token\":\"short\",\"lifetime_ms\":200}", 201));
    until = clock_boot_ms() + RUN_PATIENCE_MS;
    while (get_with(scene, "short") != 401)
        assert_true(clock_boot_ms() < until);
    assert_int_equal(get_with(scene, SANDBOX_TOKEN), 200);
    sandbox_put_manner(scene, "{\"token_lifetime_ms\":1}");
    while (get_with(scene, SANDBOX_TOKEN) != 401)
        assert_true(clock_boot_ms() < until);
}

#define CLIENT "\"client_id\":\"me\",\"client_secret\":\"s:cret\""

/* Asks for a new token with that refresh token and further members. */
static json_t *refresh(struct sandbox_scene *scene, const char *token,
                       const char *more, int status)
{
    char body[400];

    snprintf(body, sizeof(body),
             "{\"grant_type\":\"refresh_token\",\"refresh_token\":\"%s\"%s}",
             token, more);
    return sandbox_ask(scene, "POST", "/oauth2/chat/token", body, status);
}

static void begin_with_client(struct sandbox_scene *scene)
{
    scene->options.refresh_token = "r1";
    scene->options.client = "me:s:cret";
    scene->options.manner.token_lifetime_ms = 60000;
    sandbox_scene_start(scene);
}

static const char *text_of(const json_t *answer, const char *name)
{
    return json_string_value(json_object_get(answer, name));
}

static void a_refresh_token_is_good_once(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *first, *second;

    begin_with_client(scene);
    first = refresh(scene, "r1", "," CLIENT, 200);
    assert_int_equal(json_integer_value(json_object_get(first, "expires_in")),
                     60);
    assert_string_equal(text_of(first, "scope"), "read write chat");
    assert_string_equal(text_of(first, "token_type"), "Bearer");
    assert_int_equal(get_with(scene, text_of(first, "access_token")), 200);
    sandbox_assert_text(
        sandbox_pick(refresh(scene, "r1", "," CLIENT, 400), "error"),
        "invalid_grant");
    second = refresh(scene, text_of(first, "refresh_token"),
                     ",\"scope\":\"write\"," CLIENT, 200);
    assert_string_equal(text_of(second, "scope"), "write");
    assert_int_equal(get_with(scene, text_of(second, "access_token")), 403);
    assert_int_equal(get_with(scene, text_of(first, "access_token")), 200);
    json_decref(first);
    json_decref(second);
}

static void only_the_client_refreshes(void **state)
{
    static const struct {
        const char *token, *more;
        int status;
        const char *error;
    } rows[] = {
        {"r1", "", 401, "invalid_client"},
        {"r1", ",\"client_id\":\"me\",\"client_secret\":\"no\"", 401,
         "invalid_client"},
        {"r2", "," CLIENT, 400, "invalid_grant"},
        {"r1", ",\"scope\":\"everything\"," CLIENT, 400, "invalid_scope"},
    };
    struct sandbox_scene *scene = *state;

    begin_with_client(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        sandbox_assert_text(sandbox_pick(refresh(scene, rows[i].token,
                                                 rows[i].more, rows[i].status),
                                         "error"),
                            rows[i].error);
    json_decref(
        sandbox_ask(scene, "POST", "/oauth2/chat/token", "{" CLIENT "}", 400));
    json_decref(sandbox_ask(scene, "POST", "/oauth2/chat/token", "[", 400));
    json_decref(refresh(scene, "r1", "," CLIENT, 200));
}

static void a_refresh_whose_answer_is_lost_is_lost(void **state)
{
    struct sandbox_scene *scene = *state;

    begin_with_client(scene);
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/faults",
                            "{\"on\":\"token\",\"do\":\"lose_after\"}", 201));
    assert_int_equal(sandbox_status(scene, "POST", "/oauth2/chat/token",
                                    "{\"grant_type\":\"refresh_token\","
                                    "\"refresh_token\":\"r1\"," CLIENT "}",
                                    NULL),
                     0);
    json_decref(refresh(scene, "r1", "," CLIENT, 400));
    sandbox_assert_shown(scene, "/_sandbox/stats", "unanswered.token", "1");
    sandbox_assert_shown(scene, "/_sandbox/stats", "answers.token",
                         "{\"400\":1}");
}

int main(void)
{
#define SCENE(name)                                                            \
    cmocka_unit_test_setup_teardown(name, sandbox_scene_set_up,                \
                                    sandbox_scene_tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(tokens_have_roles_and_scopes),
        SCENE(a_token_that_is_none_is_told),
        SCENE(a_token_ends_after_its_lifetime),
        SCENE(a_refresh_token_is_good_once),
        SCENE(only_the_client_refreshes),
        SCENE(a_refresh_whose_answer_is_lost_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who may call what of the Chats API, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_scene.h"

#include "base/banned.h"

#define DRAFT                                                                  \
    "{\"visitor\":{},\"message\":\"Hello\",\"type\":\"offline_msg\","          \
    "\"session\":{},\"timestamp\":1444156010}"

/* clang-format off */
static const struct call {
    const char *method, *target, *body, *name;
    int status;         /* when it may */
    bool agent;         /* whether an agent may; the others may */
    const char *scope;
} calls[] = {
    {"POST",   API_CHATS,                   DRAFT, "create", 201, true, "write"},
    {"GET",    API_CHATS,                   NULL,  "list",   200, false, "read"},
    {"GET",    API_CHATS "?ids=1",          NULL,  "ids",    200, false, "read"},
    {"GET",    API_CHATS "/search?q=john",  NULL,  "search", 200, false, "read"},
    {"GET",    API_CHATS "/1",              NULL,  "show",   200, false, "read"},
    {"PUT",    API_CHATS "/1", "{\"unread\":true}", "update", 200, true, "write"},
    {"DELETE", API_CHATS "/3",              NULL,  "delete", 204, false, "write"},
    {"DELETE", API_CHATS "?ids=3",          NULL,  "delete_ids", 204, false, "write"},
    {"GET",    API_CHANGES "?start_time=0", NULL,  "incremental", 200, false, "read"},
};
/* clang-format on */

#define CALL_COUNT (sizeof(calls) / sizeof(calls[0]))

static void ask(struct api_scene *scene, const struct call *call,
                const char *token, int status)
{
    json_array_clear(scene->store.chats);
    api_scene_fill(scene);
    scene->token = token;
    scene->store.asked = 0;
    api_ask(scene, call->method, call->target, call->body);
    if (api_status(scene) != status)
        fail_msg("%s as %s: %.400s", call->name, token ? token : "nobody",
                 scene->scene->text);
    assert_int_equal(scene->store.asked, status < 300 ? 1 : 0);
}

static void says(struct api_scene *scene, const char *part)
{
    if (!strstr(scene->scene->text, part))
        fail_msg("no '%s' in: %.600s", part, scene->scene->text);
}

static void administrators_and_owners_may_do_all(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < CALL_COUNT; i++) {
        ask(scene, &calls[i], "owner", calls[i].status);
        assert_non_null(scene->store.who);
        ask(scene, &calls[i], "administrator", calls[i].status);
    }
}

static void agents_may_create_and_update_only(void **state)
{
    struct api_scene *scene = *state;
    char part[96];

    api_scene_start(scene);
    for (size_t i = 0; i < CALL_COUNT; i++) {
        ask(scene, &calls[i], "agent", calls[i].agent ? calls[i].status : 403);
        if (calls[i].agent)
            continue;
        snprintf(part, sizeof(part),
                 "\"Forbidden\",\"description\":\"%s is for administrators "
                 "and owners; this token's role is agent\"",
                 calls[i].name);
        says(scene, part);
    }
}

static void a_call_needs_its_scope(void **state)
{
    struct api_scene *scene = *state;
    char part[96];

    api_scene_start(scene);
    for (size_t i = 0; i < CALL_COUNT; i++) {
        bool write = strcmp(calls[i].scope, "write") == 0;

        ask(scene, &calls[i], write ? "writer" : "reader", calls[i].status);
        ask(scene, &calls[i], write ? "reader" : "writer", 403);
        snprintf(part, sizeof(part), "%s needs a token with the scope %s",
                 calls[i].name, calls[i].scope);
        says(scene, part);
        snprintf(part, sizeof(part),
                 "WWW-Authenticate: Bearer error=\"insufficient_scope\", "
                 "scope=\"%s\"\r\n",
                 calls[i].scope);
        says(scene, part);
    }
}

static void without_a_token_that_is_known_nothing_is_done(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < CALL_COUNT; i++) {
        ask(scene, &calls[i], NULL, 401);
        says(scene, "\r\nWWW-Authenticate: Bearer\r\n");
        says(scene, "Send 'Authorization: Bearer' and a token");
        ask(scene, &calls[i], "stranger", 401);
        says(scene, "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
        ask(scene, &calls[i], "barred", 403);
        says(scene, "\"Forbidden\"");
    }
}

static void a_token_is_read_as_it_is_written(void **state)
{
    /* clang-format off */
    static const struct { const char *header; int status; } rows[] = {
        {"Authorization: Bearer owner\r\n", 200},
        {"authorization: bearer   owner\r\n", 200},
        {"Authorization: Bearer owner2\r\n", 401},
        {"Authorization: Bearer OWNER\r\n", 401},
        {"Authorization: Bearer\r\n", 401},
        {"Authorization: Bearer \r\n", 401},
        {"Authorization: Basic owner\r\n", 401},
        {"Authorization: owner\r\n", 401},
        {"Authorization: Bearer owner\r\nAuthorization: Bearer owner\r\n", 401},
    };
    /* clang-format on */
    struct api_scene *scene = *state;

    api_scene_start(scene);
    scene->token = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scene->header = rows[i].header;
        api_ask(scene, "GET", API_CHATS, NULL);
        if (api_status(scene) != rows[i].status)
            fail_msg("%s%s", rows[i].header, scene->scene->text);
    }
}

/* The clock of the limit, which the test turns. */
static int64_t now_ms;

static int64_t test_now(void)
{
    return now_ms;
}

static void start_limited(struct api_scene *scene, unsigned per_minute)
{
    now_ms = 1000;
    scene->options.now = test_now;
    scene->options.limit_per_minute = per_minute;
    api_scene_start(scene);
    api_scene_fill(scene);
}

static void expect(const struct api_scene *scene, const char *name,
                   const char *value)
{
    const char *found = api_header(scene, name);

    if (!found || strcmp(found, value) != 0)
        fail_msg("%s: '%s', not '%s'", name, found ? found : "(none)", value);
}

static void a_request_over_the_limit_is_429_until_the_minute_ends(void **state)
{
    struct api_scene *scene = *state;

    start_limited(scene, 2);
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    expect(scene, "X-Rate-Limit", "2");
    expect(scene, "X-Rate-Limit-Remaining", "1");
    expect(scene, "ratelimit-limit", "2");
    expect(scene, "ratelimit-remaining", "1");
    expect(scene, "ratelimit-reset", "60");
    assert_null(api_header(scene, "Retry-After"));
    now_ms += 10500;
    json_decref(api_json(scene, "GET", API_CHATS "/99", NULL, 404));
    expect(scene, "X-Rate-Limit-Remaining", "0");
    expect(scene, "ratelimit-reset", "50");
    scene->store.asked = 0;
    api_ask(scene, "GET", API_CHATS, NULL);
    assert_int_equal(api_status(scene), 429);
    assert_int_equal(scene->store.asked, 0);
    expect(scene, "Content-Type", "text/plain; charset=utf-8");
    expect(scene, "Retry-After", "50");
    expect(scene, "X-Rate-Limit-Remaining", "0");
    assert_string_equal(api_body(scene),
                        "Number of allowed API requests per minute exceeded\n");
    now_ms += 49500;
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    expect(scene, "X-Rate-Limit-Remaining", "1");
}

static void each_caller_has_a_limit_of_its_own(void **state)
{
    struct api_scene *scene = *state;

    start_limited(scene, 1);
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    scene->token = "administrator";
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    api_ask(scene, "GET", API_CHATS, NULL);
    assert_int_equal(api_status(scene), 429);
    scene->token = "owner";
    api_ask(scene, "GET", API_CHATS, NULL);
    assert_int_equal(api_status(scene), 429);
    now_ms += 60000;
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
}

/* Whatever is refused with a known token costs as much as what is not. */
static void refusals_count_and_strangers_do_not(void **state)
{
    struct api_scene *scene = *state;

    start_limited(scene, 3);
    scene->token = "agent";
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 403));
    expect(scene, "X-Rate-Limit-Remaining", "2");
    json_decref(api_json(scene, "PUT", API_CHATS, "{}", 405));
    expect(scene, "X-Rate-Limit-Remaining", "1");
    json_decref(api_json(scene, "POST", API_CHATS, "{}", 422));
    expect(scene, "X-Rate-Limit-Remaining", "0");
    scene->token = "stranger";
    for (int i = 0; i < 5; i++)
        json_decref(api_json(scene, "GET", API_CHATS, NULL, 401));
    assert_null(api_header(scene, "X-Rate-Limit"));
}

static void without_a_limit_nothing_is_said_of_it(void **state)
{
    struct api_scene *scene = *state;

    start_limited(scene, 0);
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    assert_null(api_header(scene, "X-Rate-Limit"));
    assert_null(api_header(scene, "ratelimit-limit"));
}

static void nobody_on_the_way_keeps_an_answer(void **state)
{
    struct api_scene *scene = *state;

    start_limited(scene, 2);
    json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
    expect(scene, "Cache-Control", "no-store");
    expect(scene, "X-Content-Type-Options", "nosniff");
    json_decref(api_json(scene, "GET", API_CHATS "/99", NULL, 404));
    expect(scene, "Cache-Control", "no-store");
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, api_scene_set_up, api_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(administrators_and_owners_may_do_all),
        SCENE(agents_may_create_and_update_only),
        SCENE(a_call_needs_its_scope),
        SCENE(without_a_token_that_is_known_nothing_is_done),
        SCENE(a_token_is_read_as_it_is_written),
        SCENE(a_request_over_the_limit_is_429_until_the_minute_ends),
        SCENE(each_caller_has_a_limit_of_its_own),
        SCENE(refusals_count_and_strangers_do_not),
        SCENE(without_a_limit_nothing_is_said_of_it),
        SCENE(nobody_on_the_way_keeps_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

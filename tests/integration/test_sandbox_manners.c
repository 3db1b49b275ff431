/* The sandbox's manners, and the chats it begins with, over real HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sandbox_scene.h"

#include "base/banned.h"

#define CHATS "/api/v2/chat/chats"
#define BODY                                                                   \
    "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\"},"           \
    "\"message\":\"Hi there!\",\"type\":\"offline_msg\",\"session\":"          \
    "{\"id\":\"support-1\",\"start_date\":\"2014-10-09T05:28:31Z\","           \
    "\"end_date\":\"2014-10-09T05:28:31Z\"},\"timestamp\":1412832511}"

static void begin_with_examples(struct sandbox_scene *scene)
{
    scene->options.examples = true;
    sandbox_scene_start(scene);
}

static json_t *get(struct sandbox_scene *scene, const char *path)
{
    return sandbox_ask(scene, "GET", path, NULL, 200);
}

static void it_begins_with_the_examples_of_the_reference(void **state)
{
    struct sandbox_scene *scene = *state;

    begin_with_examples(scene);
    sandbox_assert_shown(scene, CHATS, "count", "3");
    sandbox_assert_shown(scene, CHATS, "chats.0.id", "\"123\"");
    sandbox_assert_shown(scene, CHATS "/123", "history.1.msg", "\"hello\"");
    sandbox_assert_shown(scene, CHATS "/123",
                         "conversions.0.attribution.agent_id", "123");
    sandbox_assert_shown(scene, CHATS "/123", "triggered_response", "null");
    sandbox_assert_shown(scene, CHATS "/123", "zendesk_ticket_id", "83");
    sandbox_assert_shown(scene, CHATS "/1234", "unread", "0");
    sandbox_assert_shown(scene, CHATS "/1234", "session.start_date",
                         "\"2014-09-31T08:25:09Z\"");
    sandbox_assert_shown(scene, CHATS "/122", "department_name",
                         "\"Billing Department\"");
    sandbox_assert_shown(scene, CHATS "/search?q=type:chat%20AND%20hello",
                         "results.0.id", "\"123\"");
    sandbox_assert_shown(scene, CHATS "/search?q=agent_names:Thomas", "count",
                         "1");
}

static void seeded_chats_are_the_same_for_the_same_seed(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *first, *again, *other;

    scene->options.chats = 60;
    scene->options.seed = 42;
    sandbox_scene_start(scene);
    first = sandbox_pick(get(scene, CHATS), "chats");
    sandbox_scene_restart(scene);
    again = sandbox_pick(get(scene, CHATS), "chats");
    assert_int_equal(json_array_size(first), 40);
    assert_true(json_equal(first, again));
    sandbox_assert_shown(scene, CHATS, "count", "60");
    sandbox_free(scene->sandbox);
    scene->options.seed = 43;
    sandbox_scene_start(scene);
    other = sandbox_pick(get(scene, CHATS), "chats");
    assert_false(json_equal(first, other));
    json_decref(first);
    json_decref(again);
    json_decref(other);
}

static void seeded_chats_are_of_both_types(void **state)
{
    static const char *const types[] = {"chat", "offline_msg"};
    struct sandbox_scene *scene = *state;

    scene->options.chats = 100;
    scene->options.seed = 42;
    sandbox_scene_start(scene);
    for (size_t i = 0; i < 2; i++) {
        char path[96];
        json_t *count;

        snprintf(path, sizeof(path), CHATS "/search?q=type:%s", types[i]);
        count = sandbox_pick(get(scene, path), "count");
        assert_in_range(json_integer_value(count), 20, 80);
        json_decref(count);
    }
}

/* What a manner makes of the answer to a GET. */
struct row {
    const char *manner, *path, *member, *json;
};

static void each_manner_shows_in_its_answer(void **state)
{
    static const struct row rows[] = {
        {"{}", CHATS "?ids=123,9", "docs.123.id", "\"123\""},
        {"{\"docs\":\"array\"}", CHATS "?ids=123,9", "docs.0.id", "\"123\""},
        {"{\"absent\":\"null\"}", CHATS "?ids=123,9", "docs.9", "null"},
        {"{\"absent\":\"null\",\"docs\":\"array\"}", CHATS "?ids=9,123",
         "docs.0", "null"},
        {"{\"absent\":\"null\",\"id\":\"number\"}", CHATS "?ids=9,123",
         "docs.9", "null"},
        {"{\"id\":\"number\"}", CHATS "/123", "id", "123"},
        {"{\"id\":\"number\"}", CHATS "/search?q=hello", "results.0.id", "123"},
        {"{\"no_page\":\"reference\"}", CHATS, "next_url", "\"null\""},
        {"{\"no_page\":\"null\"}", CHATS, "next_url", "null"},
        {"{\"no_page\":\"text\"}", CHATS "/search?q=hello", "next_url",
         "\"null\""},
        {"{\"no_page\":\"empty\"}", CHATS, "prev_url", "\"\""},
        {"{\"unread\":\"number\"}", CHATS "/122", "unread", "0"},
        {"{\"webpath\":\"arrays\"}", CHATS "/123", "webpath.0.2",
         "\"Dashboard - Visitor list - State\""},
        {"{\"arrays\":\"null\"}", CHATS "/123", "tags", "null"},
        {"{\"dates\":\"impossible\"}", CHATS "/123", "session.start_date",
         "\"2014-09-31T05:28:31Z\""},
        {"{\"members\":\"unknown\"}", CHATS "/123", "end_reason", "null"},
        {"{\"members\":\"unknown\"}", CHATS "/123", "x_unheard_of.deep.0", "1"},
        {"{\"urls\":\"elsewhere\"}", CHATS "/search?q=hello", "results.0.url",
         "\"https://scribe.zopim.com/api/v2/chat/chats/123\""},
    };
    struct sandbox_scene *scene = *state;

    begin_with_examples(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sandbox_put_manner(scene, rows[i].manner);
        sandbox_assert_shown(scene, rows[i].path, rows[i].member, rows[i].json);
        json_decref(
            sandbox_ask(scene, "DELETE", "/_sandbox/manner", NULL, 200));
    }
}

static void a_page_that_is_not_there_may_have_no_member(void **state)
{
    struct sandbox_scene *scene = *state;

    begin_with_examples(scene);
    sandbox_put_manner(scene, "{\"no_page\":\"missing\"}");
    assert_null(sandbox_pick(get(scene, CHATS), "next_url"));
    assert_null(sandbox_pick(get(scene, CHATS "/search?q=hello"), "prev_url"));
}

static void a_create_may_be_200_and_forget_the_timestamp(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *chat;

    sandbox_scene_start(scene);
    sandbox_assert_text(
        sandbox_pick(sandbox_ask(scene, "POST", CHATS, BODY, 201), "timestamp"),
        "2014-10-09T05:28:31Z");
    sandbox_put_manner(scene, "{\"created\":200,\"timestamp\":\"now\","
                              "\"ticket\":\"missing\",\"id\":\"number\","
                              "\"no_ticket\":1}");
    chat = sandbox_ask(scene, "POST", CHATS, BODY, 200);
    assert_int_equal(
        strncmp(json_string_value(json_object_get(chat, "timestamp")), "20", 2),
        0);
    assert_string_not_equal(
        json_string_value(json_object_get(chat, "timestamp")),
        "2014-10-09T05:28:31Z");
    assert_true(json_is_integer(json_object_get(chat, "id")));
    assert_null(json_object_get(chat, "zendesk_ticket_id"));
    json_decref(chat);
}

static void
a_create_may_drop_the_department_and_have_a_large_ticket(void **state)
{
    static const char body[] =
        "{\"visitor\":{},\"message\":\"Hi\",\"type\":\"offline_msg\","
        "\"session\":{\"id\":\"s\"},\"timestamp\":1,\"department_id\":7}";
    struct sandbox_scene *scene = *state;
    json_t *chat;

    sandbox_scene_start(scene);
    chat = sandbox_ask(scene, "POST", CHATS, body, 201);
    assert_int_equal(json_integer_value(json_object_get(chat, "department_id")),
                     7);
    json_decref(chat);
    sandbox_put_manner(scene,
                       "{\"department\":\"dropped\",\"tickets\":\"large\"}");
    chat = sandbox_ask(scene, "POST", CHATS, body, 201);
    assert_true(json_is_null(json_object_get(chat, "department_id")));
    assert_true(json_integer_value(json_object_get(
                    chat, "zendesk_ticket_id")) == (INT64_C(1) << 53) + 1002);
    json_decref(chat);
}

static void a_share_of_chats_never_gets_a_ticket(void **state)
{
    struct sandbox_scene *scene = *state;
    int without = 0;

    scene->options.manner.no_ticket = 0.5;
    sandbox_scene_start(scene);
    for (int i = 0; i < 200; i++) {
        json_t *ticket = sandbox_pick(
            sandbox_ask(scene, "POST", CHATS, BODY, 201), "zendesk_ticket_id");

        without += json_is_null(ticket);
        json_decref(ticket);
    }
    assert_in_range(without, 70, 130);
}

static void a_manner_that_is_none_changes_nothing(void **state)
{
    static const char *const bad[] = {
        "{\"docs\":\"array\",\"id\":\"roman\"}",
        "{\"docs\":1}",
        "{\"latency_ms\":-1}",
        "{\"no_ticket\":1.5}",
        "{\"created\":202}",
        "{\"nonsense\":1}",
        "[]",
        "{",
        "{\"rate_limit\":\"5\"}",
    };
    struct sandbox_scene *scene = *state;

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        json_decref(sandbox_ask(scene, "PUT", "/_sandbox/manner", bad[i], 400));
    sandbox_assert_shown(scene, "/_sandbox/manner", "docs", "\"map\"");
    sandbox_assert_shown(scene, "/_sandbox/manner", "created", "201");
}

static void the_manner_shown_is_taken_again(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *shown, *again;
    char *text;

    sandbox_scene_start(scene);
    sandbox_put_manner(scene, "{\"docs\":\"array\",\"error_rate\":0.25,"
                              "\"latency_ms\":7}");
    shown = get(scene, "/_sandbox/manner");
    text = json_dumps(shown, 0);
    again = sandbox_ask(scene, "PUT", "/_sandbox/manner", text, 200);
    assert_true(json_equal(shown, again));
    free(text);
    json_decref(shown);
    json_decref(again);
}

static void any_chat_can_be_added_and_is_shown_as_it_came(void **state)
{
    struct sandbox_scene *scene = *state;

    sandbox_scene_start(scene);
    json_decref(sandbox_ask(
        scene, "POST", "/_sandbox/chats",
        "[{\"id\":77,\"type\":\"chat\",\"unread\":1,\"webpath\":[[1]],"
        "\"zendesk_ticket_id\":null,\"odd\":{\"a\":[]}},"
        "{\"id\":\"x\",\"message\":\"Hello\",\"tags\":null}]",
        201));
    sandbox_assert_shown(scene, CHATS "/77", "unread", "1");
    sandbox_assert_shown(scene, CHATS "/77", "webpath.0.0", "1");
    sandbox_assert_shown(scene, CHATS "/77", "odd", "{\"a\":[]}");
    sandbox_assert_shown(scene, CHATS "/77", "zendesk_ticket_id", "null");
    sandbox_assert_shown(scene, CHATS "/x", "tags", "null");
    sandbox_assert_shown(scene, CHATS "/x", "zendesk_ticket_id", "1001");
    sandbox_assert_shown(scene, CHATS "/search?q=Hello", "results.0.type",
                         "\"offline_msg\"");
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/chats",
                            "{\"id\":\"x\",\"message\":\"again\"}", 400));
    json_decref(sandbox_ask(scene, "POST", "/_sandbox/chats", "[1]", 400));
    json_decref(sandbox_ask(scene, "DELETE", "/_sandbox/chats", NULL, 204));
    sandbox_assert_shown(scene, CHATS, "count", "0");
}

/* What a create lets pass must not break what is done later. */
static void odd_chats_can_be_changed_and_shown_in_any_manner(void **state)
{
    static const char *const odd[] = {
        "{\"id\":\"1\"}",
        "{\"id\":\"2\",\"visitor\":null,\"session\":[],\"webpath\":{}}",
        "{\"id\":\"3\",\"message\":\"a\\u0000b\","
        "\"visitor\":{\"notes\":\"\\u0000\"}}",
        "{\"id\":\"4\",\"session\":{\"start_date\":\"\xc3\xa4\xc3\xa4\xc3\xa4"
        "\xc3\xa4\xc3\xa4\xc3\xa4\"},\"unread\":7,\"tags\":\"x\"}",
    };
    struct sandbox_scene *scene = *state;
    char path[64];

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        json_decref(sandbox_ask(scene, "POST", "/_sandbox/chats", odd[i], 201));
        snprintf(path, sizeof(path), CHATS "/%zu", i + 1);
        json_decref(sandbox_ask(scene, "PUT", path,
                                "{\"visitor.email\":\"e@example.com\"}", 200));
        sandbox_assert_shown(scene, path, "visitor.email", "\"e@example.com\"");
    }
    sandbox_put_manner(scene, "{\"unread\":\"number\",\"webpath\":\"arrays\","
                              "\"arrays\":\"null\",\"dates\":\"impossible\","
                              "\"members\":\"unknown\",\"id\":\"number\"}");
    sandbox_assert_shown(scene, CHATS, "chats.0.id", "4");
    sandbox_assert_shown(scene, CHATS "/search?q=visitor_email:e@example.com",
                         "count", "4");
}

/* The change feed leaves the second that runs for later. */
static void await_next_second(struct sandbox_scene *scene)
{
    int64_t second = clock_wall_ms() / 1000;

    while (clock_wall_ms() / 1000 == second)
        json_decref(sandbox_ask(scene, "GET", CHATS, NULL, 200));
}

static void updates_and_deletions_show_everywhere(void **state)
{
    struct sandbox_scene *scene = *state;

    begin_with_examples(scene);
    sandbox_assert_text(
        sandbox_pick(sandbox_ask(scene, "PUT", CHATS "/123",
                                 "{\"comment\":\"Could be better\","
                                 "\"visitor.email\":\"new@example.com\"}",
                                 200),
                     "comment"),
        "Could be better");
    sandbox_assert_shown(scene, CHATS "/123", "visitor.email",
                         "\"new@example.com\"");
    sandbox_assert_shown(scene, CHATS "/search?q=better", "count", "1");
    sandbox_assert_shown(scene, CHATS "/search?q=visitor_email:new@example.com",
                         "count", "1");
    sandbox_assert_shown(scene,
                         CHATS "/search?q=visitor_email:visitor7@example.com",
                         "count", "0");
    await_next_second(scene);
    sandbox_assert_shown(scene, "/api/v2/chat/incremental/chats?start_time=0",
                         "chats.2.id", "\"123\"");
    json_decref(
        sandbox_ask(scene, "PUT", CHATS "/122", "{\"comment\":\"no\"}", 422));
    json_decref(sandbox_ask(scene, "DELETE", CHATS "/123", NULL, 204));
    json_decref(sandbox_ask(scene, "DELETE", CHATS "/123", NULL, 404));
    json_decref(sandbox_ask(scene, "DELETE", CHATS "?ids=122,9", NULL, 204));
    sandbox_assert_shown(scene, CHATS, "count", "1");
    sandbox_assert_shown(scene, CHATS, "chats.0.id", "\"1234\"");
    sandbox_assert_shown(scene, "/api/v2/chat/incremental/chats?start_time=0",
                         "count", "1");
}

static void lists_page_over_what_is_gone(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *chats, *url, *page;
    char path[64];

    scene->options.chats = 100;
    scene->options.seed = 3;
    sandbox_scene_start(scene);
    chats = sandbox_pick(get(scene, CHATS), "chats");
    for (size_t i = 0; i < 30; i++) {
        snprintf(
            path, sizeof(path), CHATS "/%s",
            json_string_value(json_object_get(json_array_get(chats, i), "id")));
        json_decref(sandbox_ask(scene, "DELETE", path, NULL, 204));
    }
    json_decref(chats);
    url = sandbox_pick(get(scene, CHATS), "next_url");
    page = get(scene, strstr(json_string_value(url), "/api/"));
    assert_int_equal(json_array_size(json_object_get(page, "chats")), 30);
    sandbox_assert_text(sandbox_pick(page, "prev_url"),
                        "http://chat.test" CHATS);
    json_decref(url);
}

int main(void)
{
#define SCENE(name)                                                            \
    cmocka_unit_test_setup_teardown(name, sandbox_scene_set_up,                \
                                    sandbox_scene_tear_down)
    const struct CMUnitTest tests[] = {
        SCENE(it_begins_with_the_examples_of_the_reference),
        SCENE(seeded_chats_are_the_same_for_the_same_seed),
        SCENE(seeded_chats_are_of_both_types),
        SCENE(each_manner_shows_in_its_answer),
        SCENE(a_page_that_is_not_there_may_have_no_member),
        SCENE(a_create_may_be_200_and_forget_the_timestamp),
        SCENE(a_create_may_drop_the_department_and_have_a_large_ticket),
        SCENE(a_share_of_chats_never_gets_a_ticket),
        SCENE(a_manner_that_is_none_changes_nothing),
        SCENE(the_manner_shown_is_taken_again),
        SCENE(any_chat_can_be_added_and_is_shown_as_it_came),
        SCENE(odd_chats_can_be_changed_and_shown_in_any_manner),
        SCENE(updates_and_deletions_show_everywhere),
        SCENE(lists_page_over_what_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

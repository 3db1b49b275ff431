/* The Chats API over real HTTP: every call, page and complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "sandbox_scene.h"

#include "base/banned.h"

#define CHATS  "/api/v2/chat/chats"
#define ORIGIN "http://chat.test"

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static json_int_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* Chat number i: its session is "s-i"; i minutes after the first. */
static void create(struct sandbox_scene *scene, int i, char id[64])
{
    char body[512];
    json_t *root;

    snprintf(body, sizeof(body),
             "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\"},"
             "\"message\":\"This is message %d\",\"type\":\"offline_msg\","
             "\"session\":{\"id\":\"s-%d\"},\"timestamp\":%d}",
             i, i, 1412832515 + 60 * i);
    root = sandbox_ask(scene, "POST", CHATS, body, 201);
    snprintf(id, 64, "%s", text_of(root, "id"));
    json_decref(root);
}

static void create_many(struct sandbox_scene *scene, int count)
{
    char id[64];

    sandbox_scene_start(scene);
    for (int i = 0; i < count; i++)
        create(scene, i, id);
}

/* Search for what, which is encoded here. */
static json_t *search(struct sandbox_scene *scene, const char *what,
                      const char *more, int status)
{
    struct buf path;
    json_t *root;

    buf_init(&path, 65536);
    buf_text(&path, CHATS "/search?q=");
    text_percent(&path, what);
    buf_text(&path, more);
    root = sandbox_ask(scene, "GET", buf_str(&path), NULL, status);
    buf_clear(&path);
    return root;
}

static void create_answers_201_with_the_whole_chat(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root;

    sandbox_scene_start(scene);
    root = sandbox_ask(
        scene, "POST", CHATS,
        "{\"visitor\":{\"name\":\"Joe\",\"notes\":\"n\"},\"message\":\"Hi\","
        "\"type\":\"offline_msg\",\"session\":{\"id\":\"s-1\"},"
        "\"timestamp\":1412832515,\"department_id\":7282618889231}",
        201);
    assert_string_equal(text_of(root, "type"), "offline_msg");
    assert_string_equal(text_of(root, "message"), "Hi");
    assert_string_equal(text_of(root, "timestamp"), "2014-10-09T05:28:35Z");
    assert_string_equal(text_of(json_object_get(root, "session"), "id"), "s-1");
    assert_string_equal(text_of(json_object_get(root, "visitor"), "notes"),
                        "n");
    assert_true(number_of(root, "department_id") == INT64_C(7282618889231));
    json_decref(root);
}

static void create_names_every_member_that_is_wrong(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root, *details;

    sandbox_scene_start(scene);
    root = sandbox_ask(scene, "POST", CHATS,
                       "{\"visitor\":{},\"message\":7,\"type\":\"chat\"}", 422);
    details = json_object_get(root, "details");
    assert_int_equal(json_object_size(details), 4);
    assert_string_equal(
        text_of(json_array_get(json_object_get(details, "session"), 0),
                "error"),
        "BlankValue");
    assert_string_equal(
        text_of(json_array_get(json_object_get(details, "message"), 0),
                "error"),
        "InvalidValue");
    json_decref(root);
}

static void what_is_not_json_is_400(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root;

    sandbox_scene_start(scene);
    root = sandbox_ask(scene, "POST", CHATS, "{\"visitor\":", 400);
    assert_string_equal(text_of(root, "error"), "InvalidJson");
    assert_non_null(strstr(text_of(root, "description"), "line 1"));
    json_decref(root);
    json_decref(sandbox_ask(scene, "POST", CHATS, "[]", 400));
    json_decref(sandbox_ask(scene, "POST", CHATS, "", 400));
}

static void show_gives_one_chat_or_404(void **state)
{
    struct sandbox_scene *scene = *state;
    char id[64], path[128];
    json_t *root;

    sandbox_scene_start(scene);
    create(scene, 1, id);
    snprintf(path, sizeof(path), CHATS "/%s", id);
    root = sandbox_ask(scene, "GET", path, NULL, 200);
    assert_string_equal(text_of(root, "id"), id);
    assert_int_equal(number_of(root, "zendesk_ticket_id"), 1001);
    json_decref(root);
    snprintf(path, sizeof(path), CHATS "/2104%%2E%s", id + 5);
    json_decref(sandbox_ask(scene, "GET", path, NULL, 200));
    json_decref(sandbox_ask(scene, "GET", CHATS "/nobody", NULL, 404));
    json_decref(sandbox_ask(scene, "GET", CHATS "/", NULL, 404));
    json_decref(sandbox_ask(scene, "GET", CHATS "/a/b", NULL, 404));
    json_decref(sandbox_ask(scene, "GET", CHATS "x", NULL, 404));
}

static void ids_gives_a_map_without_the_unknown_ones(void **state)
{
    struct sandbox_scene *scene = *state;
    char first[64], second[64], path[256];
    json_t *root, *docs;

    sandbox_scene_start(scene);
    create(scene, 1, first);
    create(scene, 2, second);
    snprintf(path, sizeof(path), CHATS "?ids=%s,nobody,%s,,%s", first, second,
             first);
    root = sandbox_ask(scene, "GET", path, NULL, 200);
    docs = json_object_get(root, "docs");
    assert_int_equal(number_of(root, "count"), 2);
    assert_int_equal(json_object_size(docs), 2);
    assert_string_equal(text_of(json_object_get(docs, second), "message"),
                        "This is message 2");
    json_decref(root);
    root = sandbox_ask(scene, "GET", CHATS "?ids=", NULL, 200);
    assert_int_equal(number_of(root, "count"), 0);
    json_decref(root);
}

static void more_than_50_ids_are_refused(void **state)
{
    struct sandbox_scene *scene = *state;
    struct buf path;
    json_t *root;

    sandbox_scene_start(scene);
    buf_init(&path, 4096);
    buf_text(&path, CHATS "?ids=0");
    for (int i = 1; i < 50; i++)
        buf_format(&path, ",%d", i);
    json_decref(sandbox_ask(scene, "GET", buf_str(&path), NULL, 200));
    buf_text(&path, ",50");
    root = sandbox_ask(scene, "GET", buf_str(&path), NULL, 400);
    assert_non_null(strstr(text_of(root, "description"), "ids"));
    json_decref(root);
    buf_clear(&path);
}

/* Follows a URL of an answer as far as it is ours. */
static json_t *follow(struct sandbox_scene *scene, const json_t *page,
                      const char *name)
{
    const char *url = text_of(page, name);

    assert_non_null(url);
    assert_true(text_starts(url, ORIGIN "/"));
    return sandbox_ask(scene, "GET", url + strlen(ORIGIN), NULL, 200);
}

static const char *session_at(const json_t *page, size_t index)
{
    return text_of(
        json_object_get(json_array_get(json_object_get(page, "chats"), index),
                        "session"),
        "id");
}

static void list_goes_from_page_to_page_and_back(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *first, *second, *third, *back;
    char id[64];

    create_many(scene, 95);
    first = sandbox_ask(scene, "GET", CHATS, NULL, 200);
    assert_int_equal(number_of(first, "count"), 95);
    assert_int_equal(json_array_size(json_object_get(first, "chats")), 40);
    assert_string_equal(session_at(first, 0), "s-94");
    assert_string_equal(text_of(first, "prev_url"), "null");
    create(scene, 95, id); /* pages already begun do not move */
    second = follow(scene, first, "next_url");
    assert_string_equal(session_at(second, 0), "s-54");
    third = follow(scene, second, "next_url");
    assert_int_equal(json_array_size(json_object_get(third, "chats")), 15);
    assert_string_equal(session_at(third, 14), "s-0");
    assert_string_equal(text_of(third, "next_url"), "null");
    back = follow(scene, third, "prev_url");
    assert_string_equal(session_at(back, 0), "s-54");
    json_decref(back);
    back = follow(scene, second, "prev_url");
    assert_string_equal(session_at(back, 0), "s-94");
    json_decref(first);
    json_decref(second);
    json_decref(third);
    json_decref(back);
}

static void an_empty_account_lists_nothing(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root;

    sandbox_scene_start(scene);
    root = sandbox_ask(scene, "GET", CHATS, NULL, 200);
    assert_int_equal(number_of(root, "count"), 0);
    assert_int_equal(json_array_size(json_object_get(root, "chats")), 0);
    assert_string_equal(text_of(root, "next_url"), "null");
    json_decref(root);
    json_decref(sandbox_ask(scene, "GET", CHATS "?cursor=1", NULL, 400));
    json_decref(sandbox_ask(scene, "GET", CHATS "?cursor=x", NULL, 400));
}

static void search_gives_rows_of_five_members(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root, *row;
    char id[64], url[128];

    sandbox_scene_start(scene);
    create(scene, 1, id);
    root = search(scene,
                  "type:offline_msg AND visitor_email:joe@example.com AND "
                  "timestamp:[2014-10-09T05:29:35Z TO 2014-10-09T05:29:35Z]",
                  "", 200);
    assert_int_equal(number_of(root, "count"), 1);
    assert_true(json_is_null(json_object_get(root, "next_url")));
    assert_true(json_is_null(json_object_get(root, "prev_url")));
    row = json_array_get(json_object_get(root, "results"), 0);
    assert_int_equal(json_object_size(row), 5);
    assert_string_equal(text_of(row, "id"), id);
    assert_string_equal(text_of(row, "preview"), "This is message 1");
    assert_string_equal(text_of(row, "timestamp"), "2014-10-09T05:29:35Z");
    assert_string_equal(text_of(row, "type"), "offline_msg");
    snprintf(url, sizeof(url), ORIGIN CHATS "/%s", id);
    assert_string_equal(text_of(row, "url"), url);
    json_decref(root);
}

static void a_search_goes_from_page_to_page_and_back(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *first, *second, *back;

    create_many(scene, 50);
    first = search(scene, "\"is message\" timestamp:*", "", 200);
    assert_int_equal(number_of(first, "count"), 50);
    assert_int_equal(json_array_size(json_object_get(first, "results")), 40);
    second = follow(scene, first, "next_url");
    assert_int_equal(json_array_size(json_object_get(second, "results")), 10);
    assert_true(json_is_null(json_object_get(second, "next_url")));
    back = follow(scene, second, "prev_url");
    assert_true(json_equal(json_object_get(first, "results"),
                           json_object_get(back, "results")));
    json_decref(first);
    json_decref(second);
    json_decref(back);
}

static void page_251_of_a_search_is_refused_and_so_is_nonsense(void **state)
{
    static const char *const bad[] = {
        "251", "0", "-1", "x", "1.5", "", "99999999999999999999"};
    struct sandbox_scene *scene = *state;
    char more[64];
    json_t *root;

    sandbox_scene_start(scene);
    root = search(scene, "joe", "&page=250", 200);
    assert_int_equal(json_array_size(json_object_get(root, "results")), 0);
    json_decref(root);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(more, sizeof(more), "&page=%s", bad[i]);
        root = search(scene, "joe", more, 400);
        assert_int_equal(strncmp(text_of(root, "description"), "page:", 5), 0);
        json_decref(root);
    }
}

static void a_query_that_is_not_understood_is_400_with_its_place(void **state)
{
    struct sandbox_scene *scene = *state;
    json_t *root;
    char *longest;

    sandbox_scene_start(scene);
    root = search(scene, "joe OR jane", "", 400);
    assert_string_equal(text_of(root, "error"), "InvalidQuery");
    assert_non_null(strstr(text_of(root, "description"), "q, character 5"));
    json_decref(root);
    json_decref(search(scene, "\xff", "", 400));
    json_decref(search(scene, "", "", 400));
    longest = calloc(4100, 1);
    memset(longest, 'a', 4097);
    json_decref(search(scene, longest, "", 400));
    free(longest);
    json_decref(sandbox_ask(scene, "GET", CHATS "/search", NULL, 400));
    json_decref(sandbox_ask(scene, "GET", CHATS "/search?q=%4", NULL, 400));
}

static void a_preview_is_cut_between_characters(void **state)
{
    struct sandbox_scene *scene = *state;
    struct buf body;
    json_t *root;

    sandbox_scene_start(scene);
    buf_init(&body, 4096);
    buf_text(&body, "{\"visitor\":{},\"type\":\"offline_msg\",\"session\":{},"
                    "\"timestamp\":1,\"message\":\"aa ");
    for (int i = 0; i < 100; i++)
        buf_text(&body, "\xf0\x9f\x98\x80");
    buf_text(&body, "\"}");
    json_decref(sandbox_ask(scene, "POST", CHATS, buf_str(&body), 201));
    root = search(scene, "aa", "", 200);
    assert_int_equal(
        strlen(text_of(json_array_get(json_object_get(root, "results"), 0),
                       "preview")),
        3 + 29 * 4);
    json_decref(root);
    buf_clear(&body);
}

static void other_methods_are_405_with_allow(void **state)
{
    static const struct {
        const char *method, *path, *allow;
    } rows[] = {
        {"PUT", CHATS, "Allow: GET, HEAD, POST"},
        {"POST", CHATS "/1", "Allow: GET, HEAD"},
        {"POST", CHATS "/search?q=x", "Allow: GET, HEAD\r\n"},
    };
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        talk_begin(&talk, scene, rows[i].method, rows[i].path, "{}",
                   SANDBOX_TOKEN);
        talk_await_end(&talk);
        assert_int_equal(talk_status(&talk), 405);
        assert_true(talk_says(&talk, rows[i].allow));
        talk_close(&talk);
    }
}

static void head_is_answered_like_get_without_a_body(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    talk_begin(&talk, scene, "HEAD", CHATS, NULL, SANDBOX_TOKEN);
    talk_await_end(&talk);
    assert_int_equal(talk_status(&talk), 200);
    assert_string_equal(talk_body(&talk), "");
    talk_close(&talk);
}

static void a_form_is_415(void **state)
{
    struct sandbox_scene *scene = *state;
    struct talk talk;

    sandbox_scene_start(scene);
    /* The rest of the request line becomes a header's value. */
    talk_begin(&talk, scene, "POST",
               CHATS " HTTP/1.1\r\nContent-Type: text/html\r\nX-Rest: ", NULL,
               SANDBOX_TOKEN);
    talk_await_end(&talk);
    assert_int_equal(talk_status(&talk), 415);
    talk_close(&talk);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, sandbox_scene_set_up,                \
                                    sandbox_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(create_answers_201_with_the_whole_chat),
        SCENE(create_names_every_member_that_is_wrong),
        SCENE(what_is_not_json_is_400),
        SCENE(show_gives_one_chat_or_404),
        SCENE(ids_gives_a_map_without_the_unknown_ones),
        SCENE(more_than_50_ids_are_refused),
        SCENE(list_goes_from_page_to_page_and_back),
        SCENE(an_empty_account_lists_nothing),
        SCENE(search_gives_rows_of_five_members),
        SCENE(a_search_goes_from_page_to_page_and_back),
        SCENE(page_251_of_a_search_is_refused_and_so_is_nonsense),
        SCENE(a_query_that_is_not_understood_is_400_with_its_place),
        SCENE(a_preview_is_cut_between_characters),
        SCENE(other_methods_are_405_with_allow),
        SCENE(head_is_answered_like_get_without_a_body),
        SCENE(a_form_is_415),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * How the Chats API says what its store found: the fates, the manners, HEAD,
 * the methods, keys that come twice, clients that leave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api_scene.h"

#include "base/banned.h"

#define DRAFT(message)                                                         \
    "{\"visitor\":{},\"message\":\"" message "\",\"type\":\"offline_msg\","    \
    "\"session\":{},\"timestamp\":1444156010}"

static void says(struct api_scene *scene, const char *part)
{
    if (!strstr(scene->scene->text, part))
        fail_msg("no '%s' in: %.1000s", part, scene->scene->text);
}

static void what_the_store_could_not_do_is_told(void **state)
{
    /* clang-format off */
    static const struct {
        enum chat_store_fate fate;
        const char *method, *target, *body;
        int status;
        const char *says, *retry_after;
    } rows[] = {
        {CHAT_STORE_AWAY, "GET", API_CHATS, NULL, 503, "Nothing was promised", "5"},
        {CHAT_STORE_AWAY, "POST", API_CHATS, DRAFT("x"), 503, "Nothing was promised", "5"},
        {CHAT_STORE_AWAY, "PUT", API_CHATS "/1", "{\"unread\":true}", 503, "Nothing was promised", "5"},
        {CHAT_STORE_AWAY, "DELETE", API_CHATS "/1", NULL, 503, "Nothing was promised", "5"},
        {CHAT_STORE_AWAY, "GET", API_CHANGES "?start_time=0", NULL, 503, "Nothing was promised", "5"},
        {CHAT_STORE_BUSY, "GET", API_CHATS "/search?q=x", NULL, 503, "try again in a moment", "2"},
        {CHAT_STORE_NARROW, "GET", API_CHATS "/search?q=x", NULL, 400,
         "\"InvalidQuery\",\"description\":\"q: this search would take too long; give a shorter range", NULL},
        {CHAT_STORE_CONFLICT, "POST", API_CHATS, DRAFT("x"), 422, "\"Idempotency-Key: this key came", NULL},
        {CHAT_STORE_REFUSED, "POST", API_CHATS, DRAFT("x"), 422,
         "\"message\":[{\"error\":\"InvalidValue\",\"description\":\"the store says no\"}]", NULL},
        {CHAT_STORE_NO_CURSOR, "GET", API_CHATS "?cursor=1", NULL, 400, "\"cursor: ", NULL},
    };
    /* clang-format on */
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *retry_after;

        scene->store.fate = rows[i].fate;
        json_decref(api_json(scene, rows[i].method, rows[i].target,
                             rows[i].body, rows[i].status));
        says(scene, rows[i].says);
        retry_after = api_header(scene, "Retry-After");
        assert_int_equal(retry_after == NULL, rows[i].retry_after == NULL);
        if (retry_after)
            assert_string_equal(retry_after, rows[i].retry_after);
    }
}

static void other_methods_are_405_with_allow(void **state)
{
    /* clang-format off */
    static const struct { const char *method, *target, *allow; } rows[] = {
        {"PUT",     API_CHATS,               "GET, HEAD, POST, DELETE"},
        {"PATCH",   API_CHATS,               "GET, HEAD, POST, DELETE"},
        {"POST",    API_CHATS "/1",          "GET, HEAD, PUT, DELETE"},
        {"PATCH",   API_CHATS "/1",          "GET, HEAD, PUT, DELETE"},
        {"POST",    API_CHATS "/search?q=x", "GET, HEAD"},
        {"PUT",     API_CHATS "/search",     "GET, HEAD"},
        {"DELETE",  API_CHATS "/search",     "GET, HEAD"},
        {"POST",    API_CHANGES,             "GET, HEAD"},
        {"DELETE",  API_CHANGES,             "GET, HEAD"},
    };
    /* clang-format on */
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_decref(api_json(scene, rows[i].method, rows[i].target, "{}", 405));
        assert_string_equal(api_header(scene, "Allow"), rows[i].allow);
        says(scene, "\"MethodNotAllowed\"");
    }
    assert_int_equal(scene->store.asked, 0);
}

static void what_a_store_cannot_do_is_405(void **state)
{
    struct api_scene *scene = *state;

    scene->ops.update = NULL;
    scene->ops.remove = NULL;
    scene->ops.changes = NULL;
    api_scene_start(scene);
    json_decref(
        api_json(scene, "PUT", API_CHATS "/1", "{\"unread\":true}", 405));
    assert_string_equal(api_header(scene, "Allow"), "GET, HEAD");
    json_decref(api_json(scene, "DELETE", API_CHATS "?ids=1", NULL, 405));
    assert_string_equal(api_header(scene, "Allow"), "GET, HEAD, POST");
    json_decref(api_json(scene, "GET", API_CHANGES, NULL, 405));
    assert_string_equal(api_header(scene, "Allow"), "");
}

static void head_is_answered_like_get_without_a_body(void **state)
{
    static const char *const targets[] = {
        API_CHATS,      API_CHATS "?ids=1", API_CHATS "/search?q=john",
        API_CHATS "/1", API_CHATS "/99",    API_CHANGES "?start_time=0"};
    struct api_scene *scene = *state;
    char length[32];

    api_scene_start(scene);
    api_scene_fill(scene);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        int status;

        api_ask(scene, "GET", targets[i], NULL);
        status = api_status(scene);
        snprintf(length, sizeof(length), "%zu", strlen(api_body(scene)));
        api_ask(scene, "HEAD", targets[i], NULL);
        assert_int_equal(api_status(scene), status);
        assert_string_equal(api_body(scene), "");
        assert_string_equal(api_header(scene, "Content-Length"), length);
    }
}

static void a_body_that_is_not_json_by_its_type_is_415(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    api_scene_fill(scene);
    scene->header = "Content-Type: application/x-www-form-urlencoded\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 415));
    says(scene, "\"Content-Type: send JSON");
    json_decref(
        api_json(scene, "PUT", API_CHATS "/1", "{\"unread\":true}", 415));
    scene->header = "Content-Type: application/json; charset=utf-8\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 201));
    scene->header = "";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 201));
}

/* All that an answer may say of a page that is not there. */
static void no_page_is_spelled_as_is_the_manner(void **state)
{
    /* clang-format off */
    static const struct {
        enum chat_no_page no_page;
        const char *list, *search;
    } rows[] = {
        {CHAT_NO_PAGE_DEFAULT, "\"count\":0,\"next_url\":\"null\",\"prev_url\":\"null\"}",
                               "\"count\":0,\"next_url\":null,\"prev_url\":null,"},
        {CHAT_NO_PAGE_NULL,    "\"count\":0,\"next_url\":null,\"prev_url\":null}",
                               "\"count\":0,\"next_url\":null,\"prev_url\":null,"},
        {CHAT_NO_PAGE_TEXT,    "\"count\":0,\"next_url\":\"null\",\"prev_url\":\"null\"}",
                               "\"count\":0,\"next_url\":\"null\",\"prev_url\":\"null\","},
        {CHAT_NO_PAGE_EMPTY,   "\"count\":0,\"next_url\":\"\",\"prev_url\":\"\"}",
                               "\"count\":0,\"next_url\":\"\",\"prev_url\":\"\","},
        {CHAT_NO_PAGE_MISSING, "\"count\":0}", "\"count\":0,\"results\""},
    };
    /* clang-format on */
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scene->manner.no_page = rows[i].no_page;
        json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
        says(scene, rows[i].list);
        json_decref(api_json(scene, "GET", API_CHATS "/search?q=x", NULL, 200));
        says(scene, rows[i].search);
        json_decref(
            api_json(scene, "GET", API_CHANGES "?start_time=5", NULL, 200));
        says(scene, "\"next_page\":\"" API_ORIGIN API_CHANGES
                    "?start_time=5&start_id=\"}");
    }
}

static void docs_may_be_an_array(void **state)
{
    struct api_scene *scene = *state;

    scene->manner.docs_array = true;
    api_scene_start(scene);
    api_scene_fill(scene);
    json_decref(api_json(scene, "GET", API_CHATS "?ids=1,3", NULL, 200));
    says(scene, "{\"count\":2,\"docs\":[{\"id\":\"1\",");
    json_decref(api_json(scene, "GET", API_CHATS "?ids=", NULL, 200));
    says(scene, "{\"count\":0,\"docs\":[]}");
}

static void ids_of_digits_may_be_numbers(void **state)
{
    static const struct {
        const char *id, *shown;
    } rows[] = {
        {"123456789012345678", "\"id\":123456789012345678,"},
        {"0", "\"id\":0,"},
        {"007", "\"id\":\"007\","},
        {"1234567890123456789", "\"id\":\"1234567890123456789\","},
        {"2104.1.x", "\"id\":\"2104.1.x\","},
    };
    struct api_scene *scene = *state;
    char text[160];

    scene->manner.numeric_ids = true;
    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_array_clear(scene->store.chats);
        snprintf(text, sizeof(text),
                 "{\"id\":\"%s\",\"type\":\"offline_msg\",\"message\":\"hi\"}",
                 rows[i].id);
        memory_chats_add(&scene->store, text);
        json_decref(api_json(scene, "GET", API_CHATS, NULL, 200));
        says(scene, rows[i].shown);
        json_decref(
            api_json(scene, "GET", API_CHATS "/search?q=hi", NULL, 200));
        says(scene, rows[i].shown);
        snprintf(text, sizeof(text), API_CHATS "/%s", rows[i].id);
        json_decref(api_json(scene, "GET", text, NULL, 200));
        says(scene, rows[i].shown);
    }
}

static void results_may_be_on_another_host(void **state)
{
    struct api_scene *scene = *state;

    scene->manner.result_host = "https://scribe.example";
    api_scene_start(scene);
    api_scene_fill(scene);
    json_decref(api_json(scene, "GET", API_CHATS "/search?q=again", NULL, 200));
    says(scene, "\"url\":\"https://scribe.example" API_CHATS "/3\"");
}

static void a_chat_without_a_time_is_found_with_none(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    memory_chats_add(&scene->store,
                     "{\"id\":\"1\",\"type\":\"chat\",\"timestamp\":"
                     "\"2014-09-31T08:25:09Z\",\"comment\":\"odd\"}");
    json_decref(api_json(scene, "GET", API_CHATS "/search?q=odd", NULL, 200));
    says(scene, "\"timestamp\":null,\"type\":\"chat\"");
}

static void create_may_answer_200(void **state)
{
    struct api_scene *scene = *state;

    scene->manner.created_status = 200;
    api_scene_start(scene);
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 200));
}

static void the_same_key_creates_once(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    scene->header = "Idempotency-Key: key-1\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("a"), 201));
    assert_null(api_header(scene, "Idempotency-Replayed"));
    scene->header = "Idempotency-Key: \"key-1\"\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("a"), 201));
    assert_string_equal(api_header(scene, "Idempotency-Replayed"), "true");
    assert_int_equal(scene->store.created, 1);
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("b"), 422));
    scene->header = "Idempotency-Key: \"a \\\" b\"\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("b"), 400));
    scene->header = "Idempotency-Key: \"a\\\"b\\\\\"\r\n";
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("b"), 201));
    assert_non_null(json_object_get(scene->store.keys, "a\"b\\"));
}

static void a_key_that_is_none_is_named(void **state)
{
    static const char *const wrong[] = {"",   "\"\"", "\"a",      "\"a\"b",
                                        "\"", "a b",  "\xC3\xA4", "\"a\\"};
    struct api_scene *scene = *state;
    char header[400];

    api_scene_start(scene);
    scene->header = header;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(header, sizeof(header), "Idempotency-Key: %s\r\n", wrong[i]);
        json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 400));
        says(scene, "\"Idempotency-Key: 1 to 255");
    }
    snprintf(header, sizeof(header), "Idempotency-Key: %0256d\r\n", 0);
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 400));
    snprintf(header, sizeof(header), "Idempotency-Key: %0255d\r\n", 0);
    json_decref(api_json(scene, "POST", API_CHATS, DRAFT("x"), 201));
}

static void urls_begin_as_the_settings_say(void **state)
{
    struct api_scene *scene = *state;

    scene->options.base_url = "https://relay.example/chats-api";
    api_scene_start(scene);
    api_scene_fill(scene);
    json_decref(api_json(scene, "GET", API_CHANGES "?start_time=0", NULL, 200));
    says(scene, "\"next_page\":\"https://relay.example/chats-api" API_CHANGES);
    json_decref(api_json(scene, "GET", API_CHATS "/search?q=john", NULL, 200));
    says(scene, "\"url\":\"https://relay.example/chats-api" API_CHATS "/3\"");
}

static void urls_begin_with_the_host_that_was_asked(void **state)
{
    struct api_scene *scene = *state;
    const char *answer;

    api_scene_start(scene);
    api_scene_fill(scene);
    answer =
        scene_ask(scene->scene, "GET " API_CHATS "/search?q=again HTTP/1.0\r\n"
                                "Authorization: Bearer owner\r\n\r\n");
    if (!strstr(answer, "\"url\":\"http://localhost" API_CHATS "/3\""))
        fail_msg("%s", answer);
}

static void the_store_may_say_where_its_changes_end(void **state)
{
    struct api_scene *scene = *state;

    scene->store.end_id = "a b";
    api_scene_start(scene);
    json_decref(api_json(scene, "GET", API_CHANGES "?start_time=0", NULL, 200));
    says(scene, "\"end_time\":1500000000,\"end_id\":\"a b\",");
    says(scene, "?start_time=1500000000&start_id=a%20b\"}");
}

/* Cut short, it would look like the last one. */
static void a_page_of_changes_that_is_too_large_is_refused(void **state)
{
    struct api_scene *scene = *state;
    json_t *chat =
        json_pack("{s:s, s:s, s:s}", "type", "offline_msg", "message", "",
                  "update_timestamp", "2015-01-01T00:00:00Z");
    char *message = calloc(1, 500001), id[8];

    memset(message, 'x', 500000);
    json_object_set_new(chat, "message", json_string(message));
    api_scene_start(scene);
    for (int i = 100; i < 240; i++) {
        json_t *copy = json_copy(chat);

        snprintf(id, sizeof(id), "%d", i);
        json_object_set_new(copy, "id", json_string(id));
        json_array_append_new(scene->store.chats, copy);
    }
    json_decref(api_json(scene, "GET", API_CHANGES "?start_time=0", NULL, 400));
    says(scene, "\"limit: the answer would be too large");
    json_decref(api_json(scene, "GET", API_CHANGES "?start_time=0&fields=id",
                         NULL, 200));
    says(scene, "\"count\":140,");
    json_decref(chat);
    free(message);
}

static void without_an_authorizer_all_may_do_all(void **state)
{
    struct api_scene *scene = *state;

    scene->options.authorize = NULL;
    api_scene_start(scene);
    api_scene_fill(scene);
    scene->token = NULL;
    json_decref(api_json(scene, "GET", API_CHATS "/1", NULL, 200));
    api_ask(scene, "DELETE", API_CHATS "/1", NULL);
    assert_int_equal(api_status(scene), 204);
}

static void calls_have_the_names_of_the_reference(void **state)
{
    static const char *const names[] = {
        "none",   "create", "list",       "ids",         "search", "show",
        "update", "delete", "delete_ids", "incremental", "other"};

    (void)state;
    for (int call = 0; call < CHAT_CALL_COUNT; call++)
        assert_string_equal(chat_call_name((enum chat_call)call), names[call]);
}

static void a_client_that_left_is_not_answered(void **state)
{
    struct api_scene *scene = *state;
    int fd;

    api_scene_start(scene);
    scene->store.later = true;
    fd = scene_connect(scene->scene);
    scene_send(scene->scene, fd,
               "GET " API_CHATS " HTTP/1.1\r\nHost: chat.test\r\n"
               "Authorization: Bearer owner\r\n\r\n");
    scene_await(scene->scene, &scene->scene->handled, 1);
    close(fd);
    scene_await_connections(scene->scene, 0);
    memory_chats_release(&scene->store);
}

static void an_answer_that_comes_later_is_given(void **state)
{
    struct api_scene *scene = *state;
    int fd;

    api_scene_start(scene);
    scene->store.later = true;
    fd = scene_connect(scene->scene);
    scene_send(scene->scene, fd,
               "GET " API_CHATS "/1 HTTP/1.1\r\nHost: chat.test\r\n"
               "Authorization: Bearer owner\r\nConnection: close\r\n\r\n");
    scene_await(scene->scene, &scene->scene->handled, 1);
    memory_chats_release(&scene->store);
    scene_read_all(scene->scene, fd);
    assert_int_equal(api_status(scene), 404);
    close(fd);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, api_scene_set_up, api_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_the_store_could_not_do_is_told),
        SCENE(other_methods_are_405_with_allow),
        SCENE(what_a_store_cannot_do_is_405),
        SCENE(head_is_answered_like_get_without_a_body),
        SCENE(a_body_that_is_not_json_by_its_type_is_415),
        SCENE(no_page_is_spelled_as_is_the_manner),
        SCENE(docs_may_be_an_array),
        SCENE(ids_of_digits_may_be_numbers),
        SCENE(results_may_be_on_another_host),
        SCENE(a_chat_without_a_time_is_found_with_none),
        SCENE(create_may_answer_200),
        SCENE(the_same_key_creates_once),
        SCENE(a_key_that_is_none_is_named),
        SCENE(urls_begin_as_the_settings_say),
        SCENE(urls_begin_with_the_host_that_was_asked),
        SCENE(the_store_may_say_where_its_changes_end),
        SCENE(a_page_of_changes_that_is_too_large_is_refused),
        SCENE(without_an_authorizer_all_may_do_all),
        SCENE(calls_have_the_names_of_the_reference),
        SCENE(a_client_that_left_is_not_answered),
        SCENE(an_answer_that_comes_later_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Pages of chats as a client reads them. */
#include "chat/chat_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/banned.h"

static struct chat_next next_of(const char *url)
{
    struct chat_next next;

    chat_next_read(url, &next);
    return next;
}

static struct chat_list list_of(const char *body)
{
    struct chat_list list;
    struct error err = {0};

    if (!chat_list_read(body, strlen(body), &list, &err))
        fail_msg("%s", err.text);
    return list;
}

static void no_next_page_has_four_spellings(void **state)
{
    static const char *const bodies[] = {
        "{\"chats\":[],\"count\":0,\"next_url\":null}",
        "{\"chats\":[],\"count\":0,\"next_url\":\"null\"}",
        "{\"chats\":[],\"count\":0,\"next_url\":\"\"}",
        "{\"chats\":[],\"count\":0}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct chat_list list = list_of(bodies[i]);

        assert_int_equal(list.next.kind, CHAT_NEXT_NONE);
        chat_list_clear(&list);
    }
}

static void of_an_address_only_the_parameter_is_taken(void **state)
{
    struct chat_next next = next_of(
        "https://elsewhere.example/api/v2/chats?x=1&cursor=a%2Fb%3D+c&y=2");

    (void)state;
    assert_int_equal(next.kind, CHAT_NEXT_CURSOR);
    assert_string_equal(next.value, "a/b= c");
    next = next_of("//elsewhere.example/search?q=page%3D9&page=12#page=3");
    assert_int_equal(next.kind, CHAT_NEXT_PAGE);
    assert_string_equal(next.value, "12");
}

static void an_address_that_says_nothing_is_odd(void **state)
{
    static const char *const urls[] = {
        "https://acme.zendesk.com/api/v2/chat/chats",
        "https://acme.zendesk.com/api/v2/chat/chats?cursor=",
        "https://acme.zendesk.com/api/v2/chat/chats?my_cursor=5",
        "https://acme.zendesk.com/api/v2/chat/chats?page=-1",
        "https://acme.zendesk.com/api/v2/chat/chats?page=two",
        "https://acme.zendesk.com/api/v2/chat/chats?cursor=%00",
        "https://acme.zendesk.com/api/v2/chat/chats?cursor=%zz",
        "?",
        "nonsense",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
        assert_int_equal(next_of(urls[i]).kind, CHAT_NEXT_ODD);
}

static void a_cursor_without_end_is_odd(void **state)
{
    char url[2 * CHAT_CURSOR_MAX] = "http://x/?cursor=";

    (void)state;
    memset(url + strlen(url), 'a', CHAT_CURSOR_MAX);
    assert_int_equal(next_of(url).kind, CHAT_NEXT_CURSOR);
    url[strlen(url)] = 'a';
    assert_int_equal(next_of(url).kind, CHAT_NEXT_ODD);
}

static void a_list_keeps_its_chats_and_leaves_out_nulls(void **state)
{
    struct chat_list list =
        list_of("{\"chats\":[null,{\"id\":1},7,{\"id\":\"b\",\"new\":[1]}],"
                "\"count\":\"12\",\"next_url\":\"/x?cursor=k\"}");
    char id[CHAT_ID_MAX + 1];

    (void)state;
    assert_int_equal(list.count, 12);
    assert_int_equal(json_array_size(list.items), 2);
    assert_true(chat_own_id(json_array_get(list.items, 0), id));
    assert_string_equal(id, "1");
    assert_true(chat_own_id(json_array_get(list.items, 1), id));
    assert_string_equal(id, "b");
    assert_string_equal(list.next.value, "k");
    chat_list_clear(&list);
}

static void docs_are_a_map_or_an_array(void **state)
{
    static const char map[] =
        "{\"count\":3,\"docs\":{\"a\":{\"id\":\"a\"},\"7\":{\"x\":1},"
        "\"gone\":null}}";
    static const char array[] = "{\"docs\":[{\"id\":\"a\"},null,{\"id\":7}]}";
    const char *const bodies[] = {map, array};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char id[CHAT_ID_MAX + 1];
        struct chat_list list;

        assert_true(
            chat_list_read_docs(bodies[i], strlen(bodies[i]), &list, NULL));
        assert_int_equal(json_array_size(list.items), 2);
        assert_true(chat_own_id(json_array_get(list.items, 1), id));
        assert_string_equal(id, "7");
        chat_list_clear(&list);
    }
}

static void an_answer_of_another_kind_is_no_empty_page(void **state)
{
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "null",
        "{}",
        "{\"error\":\"x\"}",
        "{\"chats\":null,\"count\":3}",
        "{\"chats\":{\"a\":{}},\"count\":1}",
        "{\"results\":[]}",
        "{\"chats\":[",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct chat_list list;
        struct error err = {0};

        assert_false(chat_list_read(bodies[i], strlen(bodies[i]), &list, &err));
        assert_int_equal(err.kind, ERROR_FAILED);
    }
}

static void results_say_how_many_there_are(void **state)
{
    static const char body[] =
        "{\"count\":10041,\"next_url\":\"https://scribe.zopim.com/x?page=2\","
        "\"prev_url\":null,\"results\":[{\"id\":\"1\",\"preview\":\"Hi\"}]}";
    struct chat_list list;

    (void)state;
    assert_true(chat_list_read_search(body, strlen(body), &list, NULL));
    assert_int_equal(list.count, 10041);
    assert_int_equal(list.next.kind, CHAT_NEXT_PAGE);
    chat_list_clear(&list);
}

static void changes_say_where_to_go_on(void **state)
{
    /* clang-format off */
    static const struct { const char *body; int64_t time; const char *id; } rows[] = {
        { "{\"chats\":[],\"count\":0,\"end_time\":50,\"end_id\":\"z\"}", 50, "z" },
        { "{\"chats\":[],\"end_time\":\"50\",\"end_id\":9}", 50, "9" },
        { "{\"chats\":[],\"end_time\":50,\"end_id\":\"a,b\"}", 50, "" },
        { "{\"chats\":[],\"next_page\":\"http://x/?start_id=q&start_time=51\"}", 51, "q" },
        { "{\"chats\":[],\"next_page\":\"http://x/\"}", 40, "old" },
        { "{\"chats\":[]}", 40, "old" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chat_position end = {40, "old"};
        struct chat_list list;

        assert_true(chat_list_read_changes(rows[i].body, strlen(rows[i].body),
                                           &list, &end, NULL));
        assert_int_equal(end.start_time, rows[i].time);
        assert_string_equal(end.start_id, rows[i].id);
        chat_list_clear(&list);
    }
}

static void a_chat_alone_is_an_object(void **state)
{
    json_t *chat = chat_one_read("{\"id\":\"1\"}", 10);

    (void)state;
    assert_non_null(chat);
    json_decref(chat);
    assert_null(chat_one_read("[1]", 3));
    assert_null(chat_one_read("<html>", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_next_page_has_four_spellings),
        cmocka_unit_test(of_an_address_only_the_parameter_is_taken),
        cmocka_unit_test(an_address_that_says_nothing_is_odd),
        cmocka_unit_test(a_cursor_without_end_is_odd),
        cmocka_unit_test(a_list_keeps_its_chats_and_leaves_out_nulls),
        cmocka_unit_test(docs_are_a_map_or_an_array),
        cmocka_unit_test(an_answer_of_another_kind_is_no_empty_page),
        cmocka_unit_test(results_say_how_many_there_are),
        cmocka_unit_test(changes_say_where_to_go_on),
        cmocka_unit_test(a_chat_alone_is_an_object),
    };

    return cmocka_run_group_tests_name("chat_pages", tests, NULL, NULL);
}

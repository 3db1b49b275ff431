/* Chats brought into shape: the reference's examples, and all oddities seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "chat/chat_document.h"
#include "chat/chat_json.h"
#include "json_file.h"

#include "base/banned.h"

#define OUT_MAX    ((size_t)64 * 1024)
#define VALUES_MAX 10000

static json_t *read(const char *json)
{
    struct error err = {0};
    json_t *chat = chat_json_parse(json, strlen(json), VALUES_MAX);

    if (!chat_document_shape(chat, &err))
        fail_msg("%s: %s", json, err.text);
    return chat;
}

/* Read, and printed on one line. */
static json_t *there_and_back(const json_t *example)
{
    char *text = json_dumps(example, JSON_INDENT(2));
    json_t *chat = read(text), *again;
    struct buf out;

    buf_init(&out, OUT_MAX);
    chat_json_print(chat, &out);
    assert_null(strchr(buf_str(&out), '\n'));
    again = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_equal(chat, again));
    buf_clear(&out);
    json_decref(chat);
    free(text);
    return again;
}

static void expect_each_member(const json_t *example)
{
    json_t *again = there_and_back(example), *value;
    const char *name;

    assert_int_equal(json_object_size(again), json_object_size(example));
    json_object_foreach((json_t *)(uintptr_t)example, name, value)
    {
        json_t *other = json_object_get(again, name);

        /* One example has 0 where the table says boolean. */
        if (strcmp(name, "unread") == 0 && json_is_integer(value))
            assert_true(json_is_boolean(other) &&
                        json_is_true(other) == json_integer_value(value));
        else if (!json_equal(value, other))
            fail_msg("%s is not what it was", name);
    }
    json_decref(again);
}

static void
the_examples_of_the_reference_come_back_member_by_member(void **state)
{
    json_t *offline = json_file("offline_message");
    json_t *support = json_file("support_chat");
    json_t *page = json_file("list"), *chat;
    size_t index;

    (void)state;
    expect_each_member(offline);
    expect_each_member(support);
    json_array_foreach(json_object_get(page, "chats"), index, chat)
        expect_each_member(chat);
    assert_int_equal(index, 2);
    json_decref(offline);
    json_decref(support);
    json_decref(page);
}

/* One member of a chat, before and after. */
/* clang-format off */
static const struct { const char *member, *sent, *kept; } oddities[] = {
    { "id", "123", "\"123\"" },
    { "id", "9223372036854775807", "\"9223372036854775807\"" },
    { "id", "123.0", "\"123\"" },
    { "department_id", "9007199254740993", "9007199254740993" },
    { "department_id", "\"360000000001\"", "360000000001" },
    { "department_id", "null", "null" },
    { "zendesk_ticket_id", "83.0", "83" },
    { "zendesk_ticket_id", "\"none\"", "\"none\"" },
    { "unread", "0", "false" },
    { "unread", "1", "true" },
    { "unread", "null", "null" },
    { "unread", "2", "2" },
    { "deleted", "0", "false" },
    { "triggered_response", "null", "null" },
    { "timestamp", "1412832515", "\"2014-10-09T05:28:35Z\"" },
    { "timestamp", "\"2014-09-31T08:25:09Z\"", "\"2014-09-31T08:25:09Z\"" },
    { "timestamp", "-5", "-5" },
    { "session", "{\"start_date\":\"2014-09-31T08:25:09Z\"}", "{\"start_date\":\"2014-09-31T08:25:09Z\"}" },
    { "session", "{\"id\":7,\"new\":[1]}", "{\"id\":\"7\",\"new\":[1]}" },
    { "session", "[]", "{}" },
    { "session", "null", "{}" },
    { "visitor", "[]", "{}" },
    { "visitor", "[\"a\"]", "[\"a\"]" },
    { "visitor", "{\"phone\":4930,\"notes\":null}", "{\"phone\":\"4930\",\"notes\":null}" },
    { "tags", "null", "[]" },
    { "tags", "{}", "[]" },
    { "tags", "[\"a\",1,null]", "[\"a\",1,null]" },
    { "webpath", "null", "[]" },
    { "webpath", "[[\"from\",\"to\"],{\"to\":\"x\"}]", "[[\"from\",\"to\"],{\"to\":\"x\"}]" },
    { "history", "null", "[]" },
    { "agent_ids", "[123,\"4\"]", "[123,\"4\"]" },
    { "count", "[]", "{}" },
    { "count", "{\"agent\":\"2\"}", "{\"agent\":2}" },
    { "response_time", "{\"avg\":null}", "{\"avg\":null}" },
    { "message", "5", "\"5\"" },
    { "message", "\"a\\u0000b\"", "\"a\\u0000b\"" },
    { "type", "\"ticket\"", "\"ticket\"" },
    { "something_new", "{\"a\":[0,null]}", "{\"a\":[0,null]}" },
    { "zendesk_ticket_id", "123456789012345678901", "1.2345678901234568e20" },
};
/* clang-format on */

static void each_oddity_is_told_in_the_type_of_the_table_or_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
        bool has_id = strcmp(oddities[i].member, "id") == 0;
        struct buf json;
        json_t *chat, *expected;

        buf_init(&json, 1024);
        buf_format(&json, "{%s\"%s\":%s}", has_id ? "" : "\"id\":\"1\",",
                   oddities[i].member, oddities[i].sent);
        chat = read(buf_str(&json));
        expected = json_loads(oddities[i].kept,
                              JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        if (!json_equal(json_object_get(chat, oddities[i].member), expected))
            fail_msg("%s: %s", oddities[i].member, oddities[i].sent);
        assert_int_equal(json_object_size(chat), has_id ? 1 : 2);
        json_decref(expected);
        json_decref(chat);
        buf_clear(&json);
    }
}

static void what_has_no_id_is_no_chat(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{}",
                                        "{\"id\":{}}",
                                        "{\"id\":null}",
                                        "{\"id\":\"\"}",
                                        "{\"id\":-1}",
                                        "{\"id\":\"a b\"}",
                                        "{\"id\":\"..\"}"};
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *chat = json_loads(texts[i], JSON_DECODE_ANY, NULL);

        error_clear(&err);
        assert_false(chat_document_shape(chat, &err));
        assert_true(err.text[0] != '\0');
        json_decref(chat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_examples_of_the_reference_come_back_member_by_member),
        cmocka_unit_test(each_oddity_is_told_in_the_type_of_the_table_or_kept),
        cmocka_unit_test(what_has_no_id_is_no_chat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

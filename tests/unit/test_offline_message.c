/* The body of Create Chat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "chat/chat_value.h"
#include "chat/offline_message.h"

#include "base/banned.h"

#define AT INT64_C(1412832515678) /* 2014-10-09T05:28:35.678Z */

static json_t *build(const struct offline_message *message)
{
    struct buf out;
    json_t *root;

    buf_init(&out, 65536);
    assert_true(offline_message_build(message, &out));
    root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    buf_clear(&out);
    return root;
}

static const char *text_at(const json_t *root, const char *object,
                           const char *name)
{
    return json_string_value(
        json_object_get(json_object_get(root, object), name));
}

static void it_has_the_five_members_that_zendesk_asks_for(void **state)
{
    struct offline_message message = {
        .session_id = "support-01JABCDEF0123456789ABCDEFG",
        .name = "Joe",
        .email = "joe@example.com",
        .phone = "+41 1",
        .notes = "a note",
        .visitor_id = "1.12345",
        .message = "Hi there!",
        .at = AT,
        .ip = "192.0.2.1",
        .user_agent = "Mozilla/5.0",
    };
    json_t *root = build(&message);

    (void)state;
    assert_string_equal(text_at(root, "visitor", "id"), "1.12345");
    assert_string_equal(text_at(root, "visitor", "name"), "Joe");
    assert_string_equal(text_at(root, "visitor", "email"), "joe@example.com");
    assert_string_equal(text_at(root, "visitor", "phone"), "+41 1");
    assert_string_equal(text_at(root, "visitor", "notes"), "a note");
    assert_string_equal(text_at(root, "session", "id"),
                        "support-01JABCDEF0123456789ABCDEFG");
    assert_string_equal(text_at(root, "session", "ip"), "192.0.2.1");
    assert_string_equal(text_at(root, "session", "user_agent"), "Mozilla/5.0");
    assert_string_equal(json_string_value(json_object_get(root, "message")),
                        "Hi there!");
    assert_string_equal(json_string_value(json_object_get(root, "type")),
                        "offline_msg");
    json_decref(root);
}

/* Everything that can be given. */
static const struct offline_message full = {
    .session_id = "s-1",
    .name = "Joe",
    .email = "joe@example.com",
    .phone = "+41 1",
    .notes = "a note",
    .visitor_id = "1.12345",
    .message = "Hi there!",
    .at = AT,
    .ip = "192.0.2.1",
    .user_agent = "Mozilla/5.0",
    .page = "https://a.example/contact",
    .referrer = "https://a.example/",
    .department_id = 7,
};

/* By its dotted name; parts of objects too. */
static void expect_in_table(const char *object, const json_t *members)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)members, name, value)
    {
        const struct chat_property *property;
        struct chat_complaints complaints = {.count = 0};
        char full_name[64];

        snprintf(full_name, sizeof(full_name), "%s%s%s", object,
                 *object ? "." : "", name);
        property = chat_property_find(full_name, strlen(full_name));
        if (!property || !chat_value_check(property, value, &complaints))
            fail_msg("%s is not as the table says", full_name);
        if (json_is_object(value))
            expect_in_table(name, value);
    }
}

static void what_is_sent_is_what_the_table_of_properties_asks_for(void **state)
{
    json_t *root = build(&full);

    (void)state;
    expect_in_table("", root);
    for (const struct chat_property *p = chat_properties; p->name; p++) {
        if (p->required)
            assert_non_null(chat_value_get(root, p));
        if (chat_value_get(root, p) && !p->required)
            assert_true(p->origin == FROM_POST || strchr(p->name, '.'));
    }
    json_decref(root);
}

static void the_timestamp_is_whole_unix_seconds(void **state)
{
    struct offline_message message = {.session_id = "s-1", .at = AT};
    json_t *root = build(&message);

    (void)state;
    assert_true(json_is_integer(json_object_get(root, "timestamp")));
    assert_int_equal(json_integer_value(json_object_get(root, "timestamp")),
                     1412832515);
    json_decref(root);
}

static void session_dates_are_utc_with_z_and_never_an_offset(void **state)
{
    struct offline_message message = {.session_id = "s-1", .at = AT};
    json_t *root = build(&message);

    (void)state;
    assert_string_equal(text_at(root, "session", "start_date"),
                        "2014-10-09T05:28:35Z");
    assert_string_equal(text_at(root, "session", "end_date"),
                        "2014-10-09T05:28:35Z");
    json_decref(root);
}

static void what_is_absent_is_an_empty_text_for_the_visitor(void **state)
{
    struct offline_message message = {.session_id = "s-1", .at = AT};
    json_t *root = build(&message);

    (void)state;
    assert_string_equal(text_at(root, "visitor", "id"), "");
    assert_string_equal(text_at(root, "visitor", "phone"), "");
    assert_string_equal(text_at(root, "visitor", "notes"), "");
    assert_int_equal(json_object_size(json_object_get(root, "visitor")), 5);
    assert_null(text_at(root, "session", "ip"));
    assert_null(json_object_get(root, "webpath"));
    assert_null(json_object_get(root, "department_id"));
    json_decref(root);
}

static void a_department_is_sent_only_when_given(void **state)
{
    struct offline_message message = {
        .session_id = "s-1", .at = AT, .department_id = INT64_C(7282618889231)};
    json_t *root = build(&message);

    (void)state;
    assert_true(json_integer_value(json_object_get(root, "department_id")) ==
                INT64_C(7282618889231));
    json_decref(root);
}

static void page_and_referrer_become_the_webpath(void **state)
{
    struct offline_message message = {.session_id = "s-1",
                                      .at = AT,
                                      .page = "https://a.example/contact",
                                      .referrer = "https://a.example/"};
    json_t *root = build(&message);
    const json_t *step = json_array_get(json_object_get(root, "webpath"), 0);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(step, "from")),
                        "https://a.example/");
    assert_string_equal(json_string_value(json_object_get(step, "to")),
                        "https://a.example/contact");
    assert_string_equal(json_string_value(json_object_get(step, "timestamp")),
                        "2014-10-09T05:28:35Z");
    json_decref(root);
}

static void no_text_can_leave_its_quotation(void **state)
{
    static const char nasty[] = "\"},\"type\":\"chat\\\n\t\x01\x7f \xc3\xa9";
    struct offline_message message = {.session_id = "s-1",
                                      .message = nasty,
                                      .name = nasty,
                                      .user_agent = nasty,
                                      .page = nasty,
                                      .at = AT};
    json_t *root = build(&message);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(root, "message")),
                        nasty);
    assert_string_equal(text_at(root, "visitor", "name"), nasty);
    assert_string_equal(text_at(root, "session", "user_agent"), nasty);
    assert_string_equal(json_string_value(json_object_get(root, "type")),
                        "offline_msg");
    json_decref(root);
}

static void what_does_not_fit_or_is_not_utf8_is_told(void **state)
{
    struct offline_message message = {
        .session_id = "s-1", .message = "Hi", .at = AT};
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    assert_false(offline_message_build(&message, &out));
    buf_clear(&out);
    buf_init(&out, 4096);
    message.notes = "\xff\xfe";
    assert_false(offline_message_build(&message, &out));
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_five_members_that_zendesk_asks_for),
        cmocka_unit_test(what_is_sent_is_what_the_table_of_properties_asks_for),
        cmocka_unit_test(the_timestamp_is_whole_unix_seconds),
        cmocka_unit_test(session_dates_are_utc_with_z_and_never_an_offset),
        cmocka_unit_test(what_is_absent_is_an_empty_text_for_the_visitor),
        cmocka_unit_test(a_department_is_sent_only_when_given),
        cmocka_unit_test(page_and_referrer_become_the_webpath),
        cmocka_unit_test(no_text_can_leave_its_quotation),
        cmocka_unit_test(what_does_not_fit_or_is_not_utf8_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The body of Create Chat, as a server reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "chat/chat_draft.h"
#include "chat/offline_message.h"

#include "base/banned.h"

#define GOOD                                                                   \
    "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\","            \
    "\"notes\":\"as is \\u00e9\"},\"message\":\"Hi \\\"there\\\"!\","          \
    "\"type\":\"offline_msg\",\"session\":{\"id\":\"s-1\","                    \
    "\"start_date\":\"2014-10-09T05:28:31Z\","                                 \
    "\"end_date\":\"2014-10-09T05:46:47Z\"},\"timestamp\":1412832515}"

#define AT INT64_C(1412832515000)

static bool read(const char *body, struct chat_draft *draft,
                 struct chat_complaints *complaints)
{
    return chat_draft_read(body, strlen(body), draft, complaints);
}

static void a_good_body_gives_what_a_store_needs(void **state)
{
    struct chat_draft draft;
    struct chat_complaints complaints;
    int64_t end;

    (void)state;
    assert_true(read(GOOD, &draft, &complaints));
    assert_string_equal(draft.name, "Joe");
    assert_string_equal(draft.email, "joe@example.com");
    assert_string_equal(draft.message, "Hi \"there\"!");
    assert_string_equal(draft.session_id, "s-1");
    assert_true(draft.at == AT);
    assert_true(clock_parse("2014-10-09T05:46:47Z", 0, &end));
    assert_true(draft.end_at == end);
    chat_draft_clear(&draft);
}

static void what_we_build_ourselves_is_a_good_body(void **state)
{
    struct offline_message message = {
        .session_id = "s-1", .message = "Hi", .at = AT};
    struct chat_draft draft;
    struct chat_complaints complaints;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    assert_true(offline_message_build(&message, &out));
    assert_true(chat_draft_read(out.data, out.len, &draft, &complaints));
    assert_string_equal(draft.email, "");
    assert_true(draft.end_at == AT);
    chat_draft_clear(&draft);
    buf_clear(&out);
}

static void every_missing_member_is_named(void **state)
{
    static const char *const names[] = {"visitor", "message", "type", "session",
                                        "timestamp"};
    struct chat_draft draft;
    struct chat_complaints complaints;

    (void)state;
    assert_false(read("{}", &draft, &complaints));
    assert_int_equal(complaints.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(complaints.list[i].member, names[i]);
        assert_string_equal(complaints.list[i].code, "BlankValue");
    }
}

/* One member replaced; the others are good. */
static void expect_complaint(const char *member, const char *json)
{
    struct chat_draft draft;
    struct chat_complaints complaints;
    json_t *root = json_loads(GOOD, 0, NULL);
    char *body;

    json_object_set_new(root, member, json_loads(json, JSON_DECODE_ANY, NULL));
    body = json_dumps(root, 0);
    assert_false(read(body, &draft, &complaints));
    assert_int_equal(complaints.count, 1);
    assert_string_equal(complaints.list[0].member, member);
    assert_string_equal(complaints.list[0].code, "InvalidValue");
    free(body);
    json_decref(root);
}

/* The same of a part of an object. */
static void expect_part_complaint(const char *name, const char *json)
{
    struct chat_draft draft;
    struct chat_complaints complaints;
    json_t *root = json_loads(GOOD, 0, NULL);

    json_object_setn_new(root, name, (size_t)(strchr(name, '.') - name),
                         json_loads(json, 0, NULL));
    assert_false(chat_draft_adopt(root, &draft, &complaints));
    assert_int_equal(complaints.count, 1);
    assert_string_equal(complaints.list[0].member, name);
    json_decref(root);
}

static void every_wrong_member_is_named(void **state)
{
    (void)state;
    expect_complaint("visitor", "\"Joe\"");
    expect_complaint("visitor", "null");
    expect_complaint("message", "\"\"");
    expect_complaint("message", "7");
    expect_complaint("type", "\"chat\"");
    expect_complaint("type", "1");
    expect_complaint("session", "[]");
    expect_complaint("timestamp", "-1");
    expect_complaint("timestamp", "1.5");
    expect_complaint("timestamp", "253402300800");
    expect_complaint("timestamp", "\"yesterday\"");
}

static void a_wrong_member_that_need_not_be_there_is_named_too(void **state)
{
    (void)state;
    expect_complaint("department_id", "\"billing\"");
    expect_complaint("department_name", "[]");
    expect_complaint("started_by", "\"nobody\"");
    expect_complaint("tags", "\"vip\"");
    expect_complaint("webpath", "7");
    expect_part_complaint("visitor.name", "{\"name\":[]}");
    expect_part_complaint("visitor.phone", "{\"phone\":true}");
    expect_part_complaint("session.start_date", "{\"start_date\":{}}");
}

/* A member of the message that a posted one becomes, as JSON. */
static void expect_shown(const char *member, const char *posted,
                         const char *shown)
{
    json_t *body = json_loads(GOOD, 0, NULL), *root, *expected;
    struct chat_complaints complaints;
    struct chat_draft draft;
    struct buf out;

    json_object_set_new(body, member,
                        json_loads(posted, JSON_DECODE_ANY, NULL));
    assert_true(chat_draft_adopt(body, &draft, &complaints));
    buf_init(&out, 4096);
    buf_char(&out, '{');
    chat_draft_rest(&draft, AT, &out);
    buf_char(&out, '}');
    root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    expected = json_loads(shown, JSON_DECODE_ANY, NULL);
    if (!json_equal(json_object_get(root, member), expected))
        fail_msg("%s: %s", member, posted);
    json_decref(expected);
    json_decref(root);
    json_decref(body);
    chat_draft_clear(&draft);
    buf_clear(&out);
}

static void what_a_store_decides_is_not_taken_from_the_post(void **state)
{
    (void)state;
    expect_shown("unread", "false", "true");
    expect_shown("unread", "\"x\"", "true");
    expect_shown("deleted", "true", "false");
    expect_shown("update_timestamp", "[]", "\"2014-10-09T05:28:35Z\"");
}

static void what_can_be_told_in_its_type_is_kept_of_the_post(void **state)
{
    (void)state;
    expect_shown("department_id", "\"360000000001\"", "360000000001");
    expect_shown("department_id", "null", "null");
    expect_shown("department_name", "\"Billing\"", "\"Billing\"");
    expect_shown("started_by", "\"agent\"", "\"agent\"");
    expect_shown("started_by", "null", "\"visitor\"");
    expect_shown("tags", "[\"a\"]", "[\"a\"]");
    expect_shown("webpath", "{}", "[]");
    expect_shown("visitor", "{\"id\":7,\"phone\":null,\"new\":[]}",
                 "{\"id\":\"7\",\"phone\":null,\"new\":[]}");
    expect_shown("session", "{\"start_date\":\"2014-09-31T08:25:09Z\"}",
                 "{\"start_date\":\"2014-09-31T08:25:09Z\"}");
    expect_shown("session", "{\"start_date\":1412832515}",
                 "{\"start_date\":\"2014-10-09T05:28:35Z\"}");
}

static void a_timestamp_may_be_written_as_chats_are_shown(void **state)
{
    struct chat_draft draft;
    struct chat_complaints complaints;

    (void)state;
    assert_true(read("{\"visitor\":{},\"message\":\"Hi\",\"session\":{},"
                     "\"type\":\"offline_msg\","
                     "\"timestamp\":\"2014-10-09T05:28:35Z\"}",
                     &draft, &complaints));
    assert_true(draft.at == AT);
    assert_string_equal(draft.session_id, "");
    chat_draft_clear(&draft);
}

static void what_is_no_json_object_is_told_with_its_place(void **state)
{
    static const char *const bodies[] = {
        "", "{", "[]", "{\"a\":1,\"a\":2}", "nonsense", "{\"a\":\"\\u0000\"}"};
    struct chat_draft draft;
    struct chat_complaints complaints;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        assert_false(read(bodies[i], &draft, &complaints));
        assert_int_equal(complaints.count, 0);
        assert_true(complaints.json[0] != '\0');
    }
}

/* Each would become an object of a hundred bytes. */
static void a_body_of_too_many_values_is_not_even_read(void **state)
{
    struct chat_draft draft;
    struct chat_complaints complaints;
    struct buf body;

    (void)state;
    buf_init(&body, (size_t)1024 * 1024);
    buf_text(&body, "{\"more\":[{}");
    for (size_t i = 0; i < 100000; i++)
        buf_text(&body, ",{}");
    buf_text(&body, "]}");
    assert_false(chat_draft_read(body.data, body.len, &draft, &complaints));
    assert_int_equal(complaints.count, 0);
    assert_non_null(strstr(complaints.json, "too many for one chat"));
    buf_clear(&body);
}

/* The whole offline message of GOOD, as JSON. */
static json_t *document_of(int64_t ticket_id)
{
    const struct chat_keeping keeping = {.id = "2104.1.x",
                                         .updated_at = AT + 5000,
                                         .ticket_id = ticket_id,
                                         .unread = true};
    struct chat_draft draft;
    struct chat_complaints complaints;
    struct buf out;
    json_t *root;

    buf_init(&out, 4096);
    assert_true(read(GOOD, &draft, &complaints));
    chat_draft_show(&draft, &keeping, &out);
    root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    chat_draft_clear(&draft);
    buf_clear(&out);
    return root;
}

static void the_message_that_is_shown_has_every_member(void **state)
{
    static const char *const names[] = {"id",
                                        "type",
                                        "message",
                                        "timestamp",
                                        "unread",
                                        "deleted",
                                        "tags",
                                        "webpath",
                                        "visitor",
                                        "session",
                                        "department_id",
                                        "department_name",
                                        "started_by",
                                        "update_timestamp",
                                        "zendesk_ticket_id"};
    json_t *root = document_of(0);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(json_object_get(root, names[i]));
    assert_int_equal(json_object_size(root), sizeof(names) / sizeof(names[0]));
    assert_true(json_is_null(json_object_get(root, "zendesk_ticket_id")));
    assert_string_equal(json_string_value(json_object_get(root, "message")),
                        "Hi \"there\"!");
    assert_string_equal(json_string_value(json_object_get(root, "timestamp")),
                        "2014-10-09T05:28:35Z");
    json_decref(root);
}

static void visitor_and_session_come_back_as_they_were_posted(void **state)
{
    json_t *root = document_of(83), *posted = json_loads(GOOD, 0, NULL);

    (void)state;
    assert_true(json_equal(json_object_get(root, "visitor"),
                           json_object_get(posted, "visitor")));
    assert_true(json_equal(json_object_get(root, "session"),
                           json_object_get(posted, "session")));
    assert_int_equal(
        json_integer_value(json_object_get(root, "zendesk_ticket_id")), 83);
    json_decref(root);
    json_decref(posted);
}

static void
what_is_shown_is_a_document_that_says_what_its_keeper_says(void **state)
{
    const struct chat_keeping keeping = {
        .id = "2104.1.\"x\"", .updated_at = AT + 5000, .unread = false};
    struct chat_complaints complaints;
    struct chat_draft draft;
    struct chat_facts facts;
    struct error err;
    struct buf out;
    json_t *chat, *before;

    (void)state;
    buf_init(&out, 4096);
    assert_true(read(GOOD, &draft, &complaints));
    chat_draft_show(&draft, &keeping, &out);
    chat = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    before = json_deep_copy(chat);
    assert_true(chat_document_shape(chat, &err));
    assert_true(json_equal(before, chat)); /* it was in shape */
    chat_facts_read(chat, &facts);
    assert_string_equal(facts.id, "2104.1.\"x\"");
    assert_string_equal(facts.preview, "Hi \"there\"!");
    assert_true(facts.at == AT && facts.updated_at == AT + 5000);
    assert_true(facts.ticket_id == 0 && !facts.unread);
    for (const struct chat_property *p = chat_properties; p->name; p++)
        if (p->origin != FROM_NOWHERE)
            assert_non_null(json_object_get(chat, p->name));
    chat_facts_clear(&facts);
    json_decref(before);
    json_decref(chat);
    chat_draft_clear(&draft);
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_body_gives_what_a_store_needs),
        cmocka_unit_test(what_we_build_ourselves_is_a_good_body),
        cmocka_unit_test(every_missing_member_is_named),
        cmocka_unit_test(every_wrong_member_is_named),
        cmocka_unit_test(a_wrong_member_that_need_not_be_there_is_named_too),
        cmocka_unit_test(what_a_store_decides_is_not_taken_from_the_post),
        cmocka_unit_test(what_can_be_told_in_its_type_is_kept_of_the_post),
        cmocka_unit_test(a_timestamp_may_be_written_as_chats_are_shown),
        cmocka_unit_test(what_is_no_json_object_is_told_with_its_place),
        cmocka_unit_test(a_body_of_too_many_values_is_not_even_read),
        cmocka_unit_test(the_message_that_is_shown_has_every_member),
        cmocka_unit_test(visitor_and_session_come_back_as_they_were_posted),
        cmocka_unit_test(
            what_is_shown_is_a_document_that_says_what_its_keeper_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

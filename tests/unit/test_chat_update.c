/* Updates: what may be written, what is refused and how, and what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "chat/chat_document.h"
#include "chat/chat_update.h"
#include "json_file.h"

#include "base/banned.h"

#define NOW INT64_C(1412919000000) /* 2014-10-10T05:30:00Z */

static bool read(const char *body, struct chat_update *update,
                 struct chat_complaints *complaints)
{
    return chat_update_read(body, strlen(body), update, complaints);
}

/* What may be written, and what is then kept. */
/* clang-format off */
static const struct { const char *name, *sent, *kept; bool offline, chat; } good[] = {
    { "unread",        "true",           "true",           true,  true },
    { "unread",        "0",              "false",          true,  true },
    { "visitor.name",  "\"Joe\"",        "\"Joe\"",        true,  true },
    { "visitor.email", "\"joe@a.test\"", "\"joe@a.test\"", true,  true },
    { "visitor.phone", "4930",           "\"4930\"",       true,  true },
    { "visitor.notes", "\"\"",           "\"\"",           true,  true },
    { "comment",       "\"Thanks\"",     "\"Thanks\"",     false, true },
    { "comment",       "null",           "null",           false, true },
    { "rating",        "\"good\"",       "\"good\"",       false, true },
    { "rating",        "\"bad\"",        "\"bad\"",        false, true },
    { "rating",        "null",           "null",           false, true },
    { "tags",          "[\"a\",\"b\"]",  "[\"a\",\"b\"]",  false, true },
    { "tags",          "null",           "[]",             false, true },
};

/* What may not, with what is said about it. */
static const struct { const char *name, *sent, *code, *detail; } bad[] = {
    { "unread",       "\"yes\"",     COMPLAINT_INVALID,   "send true or false" },
    { "unread",       "null",        COMPLAINT_INVALID,   "send true or false" },
    { "unread",       "2",           COMPLAINT_INVALID,   "send true or false" },
    { "rating",       "\"great\"",   COMPLAINT_INVALID,   "send \"good\" or \"bad\" or null" },
    { "rating",       "5",           COMPLAINT_INVALID,   "send \"good\" or \"bad\" or null" },
    { "comment",      "[]",          COMPLAINT_INVALID,   "send a text or null" },
    { "tags",         "\"a\"",       COMPLAINT_INVALID,   "send an array of texts" },
    { "tags",         "[\"a\",{}]",  COMPLAINT_INVALID,   "send an array of texts" },
    { "visitor.name", "null",        COMPLAINT_INVALID,   "send a text" },
    { "visitor.name", "{}",          COMPLAINT_INVALID,   "send a text" },
    { "visitor",      "{\"name\":1}", COMPLAINT_READ_ONLY, "like \"visitor.name\"" },
    { "visitor.id",   "\"1\"",       COMPLAINT_READ_ONLY, "leave it out" },
    { "id",           "\"1\"",       COMPLAINT_READ_ONLY, "leave it out" },
    { "session",      "{}",          COMPLAINT_READ_ONLY, "leave it out" },
    { "history",      "[]",          COMPLAINT_READ_ONLY, "leave it out" },
    { "message",      "\"x\"",       COMPLAINT_READ_ONLY, "leave it out" },
    { "zendesk_ticket_id", "1",      COMPLAINT_READ_ONLY, "leave it out" },
    { "raiting",      "\"good\"",    COMPLAINT_UNKNOWN,   "leave it out" },
    { "visitor.",     "1",           COMPLAINT_UNKNOWN,   "leave it out" },
    { "",             "1",           COMPLAINT_UNKNOWN,   "leave it out" },
};
/* clang-format on */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void expect_fit(const struct chat_update *update, enum chat_kind kind,
                       const char *name, bool fits)
{
    struct chat_complaints complaints;

    if (chat_update_fits(update, kind, &complaints) != fits)
        fail_msg("%s in %s", name, chat_kind_name(kind));
    if (fits)
        return;
    assert_int_equal(complaints.count, 1);
    assert_string_equal(complaints.list[0].member, name);
    assert_string_equal(complaints.list[0].code, COMPLAINT_READ_ONLY);
    assert_non_null(strstr(complaints.list[0].detail, chat_kind_name(kind)));
}

static void each_writable_member_is_taken_where_it_belongs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct chat_complaints complaints;
        struct chat_update update;
        char body[128];
        json_t *kept = json_loads(good[i].kept, JSON_DECODE_ANY, NULL);

        snprintf(body, sizeof(body), "{\"%s\":%s}", good[i].name, good[i].sent);
        if (!read(body, &update, &complaints))
            fail_msg("%s: %s", body, complaints.list[0].detail);
        assert_true(
            json_equal(json_object_get(update.members, good[i].name), kept));
        expect_fit(&update, CHAT_KIND_OFFLINE_MSG, good[i].name,
                   good[i].offline);
        expect_fit(&update, CHAT_KIND_CHAT, good[i].name, good[i].chat);
        chat_update_clear(&update);
        json_decref(kept);
    }
}

static void each_other_member_is_named_with_what_to_send(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct chat_complaints complaints;
        struct chat_update update;
        char body[128];

        snprintf(body, sizeof(body), "{\"unread\":false,\"%s\":%s}",
                 bad[i].name, bad[i].sent);
        if (strcmp(bad[i].name, "unread") == 0)
            snprintf(body, sizeof(body), "{\"unread\":%s}", bad[i].sent);
        assert_false(read(body, &update, &complaints));
        assert_int_equal(complaints.count, 1);
        assert_string_equal(complaints.list[0].member, bad[i].name);
        assert_string_equal(complaints.list[0].code, bad[i].code);
        if (!strstr(complaints.list[0].detail, bad[i].detail))
            fail_msg("%s: %s", body, complaints.list[0].detail);
    }
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
    struct chat_complaints complaints;
    struct chat_update update;

    (void)state;
    assert_false(
        read("{\"id\":1,\"rating\":7,\"nonsense\":0}", &update, &complaints));
    assert_int_equal(complaints.count, 3);
    assert_false(read("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,"
                      "\"g\":1,\"h\":1,\"i\":1,\"j\":1}",
                      &update, &complaints));
    assert_int_equal(complaints.count, CHAT_COMPLAINTS_MAX);
}

static void a_long_name_is_cut_between_characters(void **state)
{
    struct chat_complaints complaints;
    struct chat_update update;
    struct buf body;

    (void)state;
    buf_init(&body, 1024);
    buf_text(&body, "{\"xx");
    for (int i = 0; i < 60; i++)
        buf_text(&body, "\xe6\x97\xa5");
    buf_text(&body, "\":1}");
    assert_false(read(buf_str(&body), &update, &complaints));
    assert_int_equal(strlen(complaints.list[0].member), 62);
    assert_string_equal(complaints.list[0].member + 59, "\xe6\x97\xa5");
    buf_clear(&body);
}

static void what_is_no_object_with_members_is_told(void **state)
{
    static const char *const bodies[] = {
        "", "{", "[]", "null", "{}", "{\"unread\":true,\"unread\":false}"};
    struct chat_complaints complaints;
    struct chat_update update;

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_false(read(bodies[i], &update, &complaints));
        assert_int_equal(complaints.count, 0);
        assert_true(complaints.json[0] != '\0');
    }
}

static void expect_text(const json_t *object, const char *name,
                        const char *expected)
{
    assert_string_equal(json_string_value(json_object_get(object, name)),
                        expected);
}

static void an_update_changes_what_it_names_and_the_time_of_update(void **state)
{
    json_t *chat = json_file("support_chat"), *before = json_deep_copy(chat);
    struct chat_complaints complaints;
    struct chat_update update;
    const char *name;
    json_t *value;

    (void)state;
    assert_true(read("{\"visitor.name\":\"Joe\",\"rating\":\"bad\","
                     "\"unread\":true}",
                     &update, &complaints));
    assert_true(chat_update_fits(&update, CHAT_KIND_CHAT, &complaints));
    chat_update_apply(&update, chat, NOW);
    expect_text(json_object_get(chat, "visitor"), "name", "Joe");
    expect_text(json_object_get(chat, "visitor"), "id", "123");
    expect_text(chat, "rating", "bad");
    expect_text(chat, "update_timestamp", "2014-10-10T05:30:00Z");
    assert_true(json_is_true(json_object_get(chat, "unread")));
    json_object_foreach(before, name, value)
    {
        if (strcmp(name, "visitor") == 0 || strcmp(name, "rating") == 0 ||
            strcmp(name, "unread") == 0)
            continue;
        assert_true(json_equal(json_object_get(chat, name), value));
    }
    chat_update_clear(&update);
    json_decref(before);
    json_decref(chat);
}

static void a_visitor_is_made_where_there_is_none(void **state)
{
    struct chat_complaints complaints;
    struct chat_update update;
    json_t *chat = json_pack("{s:s, s:n}", "id", "1", "visitor");

    (void)state;
    assert_true(read("{\"visitor.notes\":\"VIP\"}", &update, &complaints));
    chat_update_apply(&update, chat, NOW);
    expect_text(json_object_get(chat, "visitor"), "notes", "VIP");
    chat_update_clear(&update);
    json_decref(chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_writable_member_is_taken_where_it_belongs),
        cmocka_unit_test(each_other_member_is_named_with_what_to_send),
        cmocka_unit_test(all_that_is_wrong_is_told_at_once),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(what_is_no_object_with_members_is_told),
        cmocka_unit_test(
            an_update_changes_what_it_names_and_the_time_of_update),
        cmocka_unit_test(a_visitor_is_made_where_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

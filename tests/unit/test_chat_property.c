/* The table of properties, against the two tables of the reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "chat/chat_property.h"

#include "base/banned.h"

#define OFFLINE (1u << CHAT_KIND_OFFLINE_MSG)
#define CHAT    (1u << CHAT_KIND_CHAT)

/*
 * The type is the table's but where the reference contradicts itself: it says
 * integer for a department's name, and shows a text; it says string for the
 * timestamp of chats, and timestamp for that of offline messages.
 */
/* clang-format off */
static const struct { const char *name; enum property_type type; bool writable; }
of_offline_messages[] = {
    { "id",                PROPERTY_STRING,    false },
    { "department_id",     PROPERTY_INTEGER,   false },
    { "department_name",   PROPERTY_STRING,    false },
    { "visitor",           PROPERTY_OBJECT,    false },
    { "type",              PROPERTY_STRING,    false },
    { "session",           PROPERTY_OBJECT,    false },
    { "timestamp",         PROPERTY_TIMESTAMP, false },
    { "unread",            PROPERTY_BOOLEAN,   true  },
    { "message",           PROPERTY_STRING,    false },
    { "zendesk_ticket_id", PROPERTY_INTEGER,   false },
}, of_chats[] = {
    { "agent_ids",          PROPERTY_ARRAY,     false },
    { "agent_names",        PROPERTY_ARRAY,     false },
    { "comment",            PROPERTY_STRING,    true  },
    { "conversions",        PROPERTY_ARRAY,     false },
    { "count",              PROPERTY_OBJECT,    false },
    { "department_id",      PROPERTY_INTEGER,   false },
    { "department_name",    PROPERTY_STRING,    false },
    { "duration",           PROPERTY_INTEGER,   false },
    { "history",            PROPERTY_ARRAY,     false },
    { "id",                 PROPERTY_STRING,    false },
    { "missed",             PROPERTY_BOOLEAN,   false },
    { "rating",             PROPERTY_STRING,    true  },
    { "response_time",      PROPERTY_OBJECT,    false },
    { "session",            PROPERTY_OBJECT,    false },
    { "started_by",         PROPERTY_STRING,    false },
    { "tags",               PROPERTY_ARRAY,     true  },
    { "timestamp",          PROPERTY_TIMESTAMP, false },
    { "triggered",          PROPERTY_BOOLEAN,   false },
    { "triggered_response", PROPERTY_BOOLEAN,   false },
    { "type",               PROPERTY_STRING,    false },
    { "unread",             PROPERTY_BOOLEAN,   true  },
    { "visitor",            PROPERTY_OBJECT,    false },
    { "webpath",            PROPERTY_ARRAY,     false },
    { "zendesk_ticket_id",  PROPERTY_INTEGER,   false },
};
/* clang-format on */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void expect(const char *name, unsigned kind, enum property_type type,
                   bool writable)
{
    const struct chat_property *property =
        chat_property_find(name, strlen(name));

    if (!property)
        fail_msg("there is no %s", name);
    if (!(property->kinds & kind) || property->type != type ||
        ((property->writable & kind) != 0) != writable)
        fail_msg("%s is not as the reference says", name);
}

static void every_property_of_the_reference_is_in_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(of_offline_messages); i++)
        expect(of_offline_messages[i].name, OFFLINE,
               of_offline_messages[i].type, of_offline_messages[i].writable);
    for (size_t i = 0; i < COUNT(of_chats); i++)
        expect(of_chats[i].name, CHAT, of_chats[i].type, of_chats[i].writable);
}

static void five_members_are_required_to_create(void **state)
{
    static const char *const names[] = {"visitor", "message", "type", "session",
                                        "timestamp"};
    size_t count = 0;

    (void)state;
    for (size_t i = 0; chat_properties[i].name; i++) {
        if (!chat_properties[i].required)
            continue;
        assert_true(count < COUNT(names));
        assert_string_equal(chat_properties[i].name, names[count++]);
    }
    assert_int_equal(count, COUNT(names));
}

static void parts_of_the_visitor_may_be_written_in_both_kinds(void **state)
{
    static const char *const names[] = {"visitor.name", "visitor.email",
                                        "visitor.phone", "visitor.notes"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        expect(names[i], OFFLINE, PROPERTY_STRING, true);
        expect(names[i], CHAT, PROPERTY_STRING, true);
    }
    expect("visitor.id", CHAT, PROPERTY_STRING, false);
}

static void every_row_of_the_table_makes_sense(void **state)
{
    (void)state;
    for (const struct chat_property *p = chat_properties; p->name; p++) {
        const char *dot = strchr(p->name, '.');

        assert_ptr_equal(chat_property_find(p->name, strlen(p->name)), p);
        assert_true(p->kinds && (p->writable & p->kinds) == p->writable);
        assert_true(p->description && *p->description);
        if (p->origin == FROM_POST || p->origin == FROM_TABLE) {
            json_t *initial = json_loads(p->initial, JSON_DECODE_ANY, NULL);

            assert_non_null(initial);
            json_decref(initial);
        }
        if (!dot)
            continue;
        assert_non_null(chat_property_find(p->name, (size_t)(dot - p->name)));
        assert_int_equal(p->origin, FROM_NOWHERE);
    }
}

static void no_other_name_is_found(void **state)
{
    static const char *const names[] = {"",          "i",  "ids",  "visitor.",
                                        "visitor.x", "Id", "name", ".name"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_null(chat_property_find(names[i], strlen(names[i])));
    assert_non_null(chat_property_find("ids", 2));
}

static void kinds_have_names(void **state)
{
    enum chat_kind kind = CHAT_KIND_OFFLINE_MSG;

    (void)state;
    assert_true(chat_kind_by_name("chat", &kind));
    assert_int_equal(kind, CHAT_KIND_CHAT);
    assert_false(chat_kind_by_name("Chat", &kind));
    assert_false(chat_kind_by_name("", &kind));
    assert_string_equal(chat_kind_name(CHAT_KIND_OFFLINE_MSG), "offline_msg");
}

static void expect_advice(const char *name, const char *advice)
{
    struct buf out;

    buf_init(&out, 256);
    chat_property_advise(chat_property_find(name, strlen(name)), &out);
    assert_string_equal(buf_str(&out), advice);
    buf_clear(&out);
}

static void advice_says_what_to_send(void **state)
{
    (void)state;
    expect_advice("rating", "\"good\" or \"bad\" or null");
    expect_advice("unread", "true or false");
    expect_advice("tags", "an array of texts");
    expect_advice("comment", "a text or null");
    expect_advice("timestamp", "whole seconds since 1970 as a number");
    expect_advice("department_id", "a whole number or null");
}

static void the_table_is_printed_as_json(void **state)
{
    struct buf out;
    json_t *root, *list, *row;
    size_t index;

    (void)state;
    buf_init(&out, 65536);
    chat_properties_write(&out);
    root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    list = json_object_get(root, "properties");
    assert_true(json_array_size(list) > 40);
    json_array_foreach(list, index, row)
    {
        const struct chat_property *p = &chat_properties[index];

        assert_string_equal(json_string_value(json_object_get(row, "name")),
                            p->name);
        assert_string_equal(json_string_value(json_object_get(row, "type")),
                            property_type_name(p->type));
        assert_int_equal(json_is_true(json_object_get(row, "required")),
                         p->required);
        assert_int_equal(json_array_size(json_object_get(row, "writable")),
                         __builtin_popcount(p->writable));
        assert_int_equal(json_array_size(json_object_get(row, "kinds")),
                         __builtin_popcount(p->kinds));
    }
    assert_null(chat_properties[index].name);
    json_decref(root);
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_property_of_the_reference_is_in_the_table),
        cmocka_unit_test(five_members_are_required_to_create),
        cmocka_unit_test(parts_of_the_visitor_may_be_written_in_both_kinds),
        cmocka_unit_test(every_row_of_the_table_makes_sense),
        cmocka_unit_test(no_other_name_is_found),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(advice_says_what_to_send),
        cmocka_unit_test(the_table_is_printed_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Bodies into fields: urlencoded and JSON, and what neither may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "intake/fields.h"

#include "base/banned.h"

static enum fields_result read_form(struct fields *fields, const char *body)
{
    fields_init(fields);
    return fields_read_urlencoded(fields, body, strlen(body), NULL);
}

static enum fields_result read_json(struct fields *fields, const char *body)
{
    fields_init(fields);
    return fields_read_json(fields, body, strlen(body), NULL);
}

static void expect(const struct fields *fields, size_t index, const char *name,
                   const char *value)
{
    assert_true(index < fields->count);
    assert_string_equal(fields->list[index].name, name);
    assert_string_equal(fields->list[index].value, value);
    assert_int_equal(fields->list[index].value_len, strlen(value));
}

static void a_form_is_decoded_in_the_order_it_came(void **state)
{
    struct fields fields;

    (void)state;
    assert_int_equal(
        read_form(&fields, "message=a+b%2Bc%0D%0Ad&email=x%40y.example&c"),
        FIELDS_FINE);
    assert_int_equal(fields.count, 3);
    expect(&fields, 0, "message", "a b+c\r\nd");
    expect(&fields, 1, "email", "x@y.example");
    expect(&fields, 2, "c", "");
    fields_clear(&fields);
}

static void empty_parts_between_ampersands_are_nothing(void **state)
{
    struct fields fields;

    (void)state;
    assert_int_equal(read_form(&fields, "&&a=1&&=2&b==3&"), FIELDS_FINE);
    assert_int_equal(fields.count, 3);
    expect(&fields, 0, "a", "1");
    expect(&fields, 1, "", "2");
    expect(&fields, 2, "b", "=3");
    fields_clear(&fields);
}

static void a_body_of_one_letter_fields_has_room(void **state)
{
    struct fields fields;

    (void)state;
    assert_int_equal(read_form(&fields, "a&b&c&d&e&f&g&h"), FIELDS_FINE);
    assert_int_equal(fields.count, 8);
    expect(&fields, 7, "h", "");
    fields_clear(&fields);
}

static void broken_escapes_are_refused(void **state)
{
    static const char *const bodies[] = {"a=%",   "a=%2", "a=%zz",
                                         "a=%00", "%=1",  "a=%g0",
                                         "a=1%",  "%0=x", "a=%2&b"};
    struct fields fields;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        assert_int_equal(read_form(&fields, bodies[i]), FIELDS_BROKEN);
        fields_clear(&fields);
    }
}

static void a_form_of_too_many_fields_is_refused(void **state)
{
    char body[2 * FIELDS_MAX + 3];
    struct fields fields;

    (void)state;
    for (size_t i = 0; i < sizeof(body) - 1; i += 2)
        memcpy(body + i, "a&", 2);
    body[sizeof(body) - 1] = '\0';
    assert_int_equal(read_form(&fields, body), FIELDS_COMPLEX);
    fields_clear(&fields);
}

static void json_keeps_types_apart(void **state)
{
    struct fields fields;

    (void)state;
    assert_int_equal(read_json(&fields, "{\"message\": \"Gr\\u00fc\\u00dfe\", "
                                        "\"n\": 42, \"x\": 1.5, \"b\": true, "
                                        "\"nil\": null, \"list\": [1]}"),
                     FIELDS_FINE);
    assert_int_equal(fields.count, 6);
    expect(&fields, 0, "message", "Grüße");
    expect(&fields, 1, "n", "42");
    expect(&fields, 2, "x", "1.5");
    expect(&fields, 3, "b", "true");
    assert_int_equal(fields.list[1].type, FIELD_NUMBER);
    assert_int_equal(fields.list[3].type, FIELD_BOOL);
    assert_int_equal(fields.list[4].type, FIELD_OTHER);
    assert_int_equal(fields.list[5].type, FIELD_OTHER);
    fields_clear(&fields);
}

static void what_is_not_one_json_object_is_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        "{",
        "[]",
        "\"text\"",
        "42",
        "{\"a\": 1} x",
        "{\"a\": \"1\", \"a\": \"2\"}",
        "{\"a\": \"\\u0000\"}",
        "{\"\\u0000\": 1}",
        "{\"a\": \"\xff\"}",
        "{\"a\": 01}",
        "{'a': 1}",
        "{\"a\": NaN}",
    };
    struct fields fields;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        assert_int_equal(read_json(&fields, bodies[i]), FIELDS_BROKEN);
        fields_clear(&fields);
    }
}

static void the_reason_names_the_place(void **state)
{
    struct error err = {0};
    struct fields fields;

    (void)state;
    fields_init(&fields);
    assert_int_equal(fields_read_json(&fields, "{\n x", 4, &err),
                     FIELDS_BROKEN);
    assert_non_null(strstr(err.text, "line 2"));
    fields_clear(&fields);
}

static void scan(const char *text, bool fine)
{
    assert_int_equal(json_scan(text, strlen(text), NULL), fine);
}

static void depth_and_members_are_counted_before_parsing(void **state)
{
    char deep[64] = "", wide[1024] = "[1";

    (void)state;
    scan("[[[[[[[[1]]]]]]]]", true);
    scan("[[[[[[[[[1]]]]]]]]]", false);
    scan("{\"a\":\"[[[[[[[[[[[[{{{{\"}", true);
    scan("{\"a\":\"\\\"[[[[[[[[[[[[\"}", true);
    memset(deep, '[', sizeof(deep) - 1);
    scan(deep, false);
    for (size_t i = 2; i < 2 + 2 * 63; i += 2)
        memcpy(wide + i, ",1", 3);
    scan(wide, true);
    memcpy(wide + 2 + 2 * 63, ",1", 3);
    scan(wide, false);
    scan("{\"a\":1111111111111111111111111111111111111111}", true);
    scan("{\"a\":11111111111111111111111111111111111111111}", false);
}

static void as_many_members_as_fields_fit(void **state)
{
    char body[2048] = "{", *end = body + 1;
    struct fields fields;

    (void)state;
    for (int i = 0; i < FIELDS_MAX; i++)
        end += snprintf(end, 32, "%s\"f%d\":\"\"", i ? "," : "", i);
    memcpy(end, "}", 2);
    assert_int_equal(read_json(&fields, body), FIELDS_FINE);
    assert_int_equal(fields.count, FIELDS_MAX);
    fields_clear(&fields);
    memcpy(end, ",\"more\":\"\"}", 12);
    assert_int_equal(read_json(&fields, body), FIELDS_COMPLEX);
    fields_clear(&fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_decoded_in_the_order_it_came),
        cmocka_unit_test(empty_parts_between_ampersands_are_nothing),
        cmocka_unit_test(a_body_of_one_letter_fields_has_room),
        cmocka_unit_test(broken_escapes_are_refused),
        cmocka_unit_test(a_form_of_too_many_fields_is_refused),
        cmocka_unit_test(json_keeps_types_apart),
        cmocka_unit_test(what_is_not_one_json_object_is_refused),
        cmocka_unit_test(the_reason_names_the_place),
        cmocka_unit_test(depth_and_members_are_counted_before_parsing),
        cmocka_unit_test(as_many_members_as_fields_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

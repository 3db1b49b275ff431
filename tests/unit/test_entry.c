/* Fields against a form: what is taken, and every complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "intake/entry.h"
#include "some_form.h"

#include "base/banned.h"

#define GOOD "message=Hello&email=ada%40example.org&order=7"

struct read {
    struct settings *settings;
    struct settings_form *form;
    struct fields fields;
    struct complaints complaints;
    struct entry entry;
    bool fine;
};

static int begin(void **state)
{
    static struct read read;

    memset(&read, 0, sizeof(read));
    read.settings = some_settings();
    read.form = some_form(read.settings);
    *state = &read;
    return 0;
}

static int end(void **state)
{
    struct read *read = *state;

    fields_clear(&read->fields);
    complaints_clear(&read->complaints);
    return 0;
}

static void again(struct read *read)
{
    complaints_clear(&read->complaints);
    read->fine = entry_read(&read->entry, read->settings, read->form,
                            &read->fields, &read->complaints);
}

static void read_form(struct read *read, const char *body)
{
    fields_clear(&read->fields);
    assert_int_equal(
        fields_read_urlencoded(&read->fields, body, strlen(body), NULL),
        FIELDS_FINE);
    again(read);
}

static void read_json(struct read *read, const char *body)
{
    fields_clear(&read->fields);
    assert_int_equal(fields_read_json(&read->fields, body, strlen(body), NULL),
                     FIELDS_FINE);
    again(read);
}

static void expect_code(const struct read *read, const char *field,
                        const char *code)
{
    assert_false(read->fine);
    for (size_t i = 0; i < read->complaints.count; i++) {
        const struct problem_field *one = &read->complaints.list[i];

        if (strcmp(one->field, field) != 0)
            continue;
        assert_string_equal(one->code, code);
        assert_non_null(one->detail);
        return;
    }
    fail_msg("no complaint about %s", field);
}

static void a_good_form_is_taken(void **state)
{
    struct read *read = *state;

    read_form(read,
              GOOD "&name=Ada&department=billing&_reference=A-1"
                   "&page=https%3A%2F%2Fwww.example.com%2F&phone=&_gotcha=");
    assert_true(read->fine);
    assert_string_equal(read->entry.message, "Hello");
    assert_string_equal(read->entry.address, "ada@example.org");
    assert_int_equal(read->entry.department->id, 7282618889231);
    assert_string_equal(read->entry.reference, "A-1");
    assert_null(read->entry.phone);
    assert_false(read->entry.trapped);
    assert_int_equal(read->entry.extra_count, 1);
    assert_string_equal(read->entry.extras[0].label, "Order number");
}

static void all_that_is_missing_is_told_at_once(void **state)
{
    struct read *read = *state;

    read_form(read, "message=+%0D%0A+&email=");
    expect_code(read, "message", "required");
    expect_code(read, "email", "required");
    expect_code(read, "order", "required");
    assert_int_equal(read->complaints.count, 3);
}

static void each_kind_of_wrong_value_has_its_code(void **state)
{
    struct read *read = *state;

    read_form(read, "message=a%01b&email=nobody&order=many&news=maybe"
                    "&name=two%0Alines&department=nowhere&page=ftp%3A%2F%2Fx"
                    "&phone=%FF&_next=https%3A%2F%2Fevil.example%2F");
    expect_code(read, "message", "control_character");
    expect_code(read, "email", "invalid");
    expect_code(read, "order", "invalid");
    expect_code(read, "news", "invalid");
    expect_code(read, "name", "line_break");
    expect_code(read, "department", "unknown");
    expect_code(read, "page", "invalid");
    expect_code(read, "phone", "encoding");
    expect_code(read, "_next", "not_allowed");
}

static void length_is_measured_in_characters(void **state)
{
    struct read *read = *state;
    char body[1024] = GOOD "&name=";
    size_t len = strlen(body);

    for (int i = 0; i < 40; i++, len += 6)
        memcpy(body + len, "%C3%BC", 7);
    read_form(read, body);
    assert_true(read->fine);
    memcpy(body + len, "x", 2);
    read_form(read, body);
    expect_code(read, "name", "too_long");
}

static void a_field_sent_twice_is_refused(void **state)
{
    struct read *read = *state;

    read_form(read, GOOD "&order=8");
    expect_code(read, "order", "duplicate");
}

static void unknown_fields_are_refused_with_the_nearest_name(void **state)
{
    struct read *read = *state;

    read_form(read, GOOD "&emial=x");
    expect_code(read, "emial", "unknown");
    assert_non_null(strstr(read->complaints.list[0].detail, "email"));
}

static void unknown_fields_are_kept_when_the_form_says_so(void **state)
{
    struct read *read = *state;

    read->form->unknown_fields = UNKNOWN_KEEP;
    read_form(read, "colour=red&_cc=x%40y.example&" GOOD);
    assert_true(read->fine);
    assert_int_equal(read->entry.extra_count, 2);
    assert_int_equal(read->entry.kept, 1);
    assert_string_equal(read->entry.extras[0].name, "order");
    assert_string_equal(read->entry.extras[1].name, "colour");
}

static void json_numbers_are_for_declared_fields_only(void **state)
{
    struct read *read = *state;

    read_json(read, "{\"message\": \"x\", \"email\": \"a@b.example\", "
                    "\"order\": 12, \"news\": true}");
    assert_true(read->fine);
    assert_string_equal(read->entry.extras[0].value, "12");
    read_json(read, "{\"message\": 1, \"email\": null, \"order\": [1]}");
    expect_code(read, "message", "type");
    expect_code(read, "email", "type");
    expect_code(read, "order", "type");
}

static void a_filled_honeypot_is_noted_and_nothing_else(void **state)
{
    struct read *read = *state;

    read_form(read, GOOD "&_gotcha=buy");
    assert_true(read->fine);
    assert_true(read->entry.trapped);
    assert_int_equal(read->entry.extra_count, 1);
}

static void replyto_stands_for_a_missing_email(void **state)
{
    struct read *read = *state;

    read_form(read, "message=x&order=1&_replyto=eve%40example.org");
    assert_true(read->fine);
    assert_string_equal(read->entry.address, "eve@example.org");
    read_form(read, GOOD "&_replyto=eve%40example.org");
    assert_true(read->fine);
    assert_string_equal(read->entry.address, "ada@example.org");
    read_form(read, "_replyto=junk&" GOOD);
    assert_true(read->fine);
    assert_string_equal(read->entry.address, "ada@example.org");
    read_form(read, "message=x&order=1&_replyto=eve");
    expect_code(read, "_replyto", "invalid");
    assert_int_equal(read->complaints.count, 1);
}

static void a_form_may_do_without_an_email(void **state)
{
    struct read *read = *state;

    read->form->email_required = false;
    read_form(read, "message=x&order=1");
    assert_true(read->fine);
    assert_string_equal(read->entry.address, "");
}

static void a_required_box_must_be_ticked(void **state)
{
    struct read *read = *state;

    read->form->fields[1].required = true;
    read_form(read, GOOD "&news=off");
    expect_code(read, "news", "invalid");
    read_form(read, GOOD);
    expect_code(read, "news", "required");
    read_form(read, GOOD "&news=on");
    assert_true(read->fine);
}

static void more_fields_than_the_limit_are_refused(void **state)
{
    struct read *read = *state;

    read->settings->limits.fields = 2;
    read_form(read, GOOD);
    expect_code(read, "", "too_many_fields");
}

static void redirect_targets_are_usable_when_fields_are_not(void **state)
{
    struct read *read = *state;

    read_form(read, "_error=%2Fsorry&_next=%2Fthanks");
    assert_false(read->fine);
    assert_string_equal(read->entry.error, "/sorry");
    assert_string_equal(read->entry.next, "/thanks");
}

static void expect_text(struct read *read, const char *template,
                        const char *text)
{
    char copy[200];
    struct buf out;

    snprintf(copy, sizeof(copy), "%s", template ? template : "");
    read->form->template = template ? copy : NULL;
    buf_init(&out, 10000);
    entry_render(&read->entry, &out);
    assert_string_equal(buf_str(&out), text);
    buf_clear(&out);
    read->form->template = NULL;
}

static void the_built_in_template_adds_what_matters(void **state)
{
    struct read *read = *state;

    read->form->unknown_fields = UNKNOWN_KEEP;
    read_form(read, GOOD "&department=billing&_subject=Invoice&colour=red"
                         "&page=https%3A%2F%2Fwww.example.com%2Fa");
    assert_true(read->fine);
    expect_text(read, NULL,
                "Invoice\n\nHello\n\nDepartment: billing\nOrder number: 7\n"
                "Page: https://www.example.com/a\n\ncolour: red");
    read->form->field_count = 0;
    read_form(read, "message=only%0D%0Athis&email=a%40b.example");
    expect_text(read, NULL, "only\nthis");
}

static void a_template_puts_values_where_it_names_them(void **state)
{
    struct read *read = *state;

    read_form(read, GOOD "&name=%7Bemail%7D&_subject=S");
    assert_true(read->fine);
    expect_text(read, "{subject}: {message} of {name} {order} {phone}.",
                "S: Hello of {email} 7 .");
    expect_text(read, "{message}\n{fields}", "S\n\nHello\nOrder number: 7");
    expect_text(read, "{subject}{ {x} {message", "S{ {x} {message");
    expect_text(read, "{subject}{{message}}", "S{Hello}");
    expect_text(read, "{subject}[{news}]", "S[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_form_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(all_that_is_missing_is_told_at_once,
                                        begin, end),
        cmocka_unit_test_setup_teardown(each_kind_of_wrong_value_has_its_code,
                                        begin, end),
        cmocka_unit_test_setup_teardown(length_is_measured_in_characters, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_field_sent_twice_is_refused, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            unknown_fields_are_refused_with_the_nearest_name, begin, end),
        cmocka_unit_test_setup_teardown(
            unknown_fields_are_kept_when_the_form_says_so, begin, end),
        cmocka_unit_test_setup_teardown(
            json_numbers_are_for_declared_fields_only, begin, end),
        cmocka_unit_test_setup_teardown(
            a_filled_honeypot_is_noted_and_nothing_else, begin, end),
        cmocka_unit_test_setup_teardown(replyto_stands_for_a_missing_email,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_form_may_do_without_an_email, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_required_box_must_be_ticked, begin,
                                        end),
        cmocka_unit_test_setup_teardown(more_fields_than_the_limit_are_refused,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            redirect_targets_are_usable_when_fields_are_not, begin, end),
        cmocka_unit_test_setup_teardown(the_built_in_template_adds_what_matters,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            a_template_puts_values_where_it_names_them, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

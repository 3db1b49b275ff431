/* Single values: text, addresses of people and pages, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "intake/value.h"

#include "base/banned.h"

static struct value_scan look(const char *text)
{
    struct value_scan scan;

    value_scan(text, strlen(text), &scan);
    return scan;
}

static void characters_are_counted_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(look("abc").characters, 3);
    assert_int_equal(look("Grüße 🍎").characters, 7);
    assert_int_equal(look("a\r\nb\r\n").characters, 4);
    assert_int_equal(look("ü\r\n").characters, 2);
}

static void control_characters_and_broken_text_are_found(void **state)
{
    (void)state;
    assert_false(look("a\tb\nc\r\n").control);
    assert_true(look("a\tb").lines);
    assert_true(look("a\x01").control);
    assert_true(look("a\x7f").control);
    assert_true(look("a\xc2\x85").control);
    assert_false(look("a\xc2\xa0").control);
    assert_false(look("\xff").well_formed);
    assert_false(look("\xed\xa0\x80").well_formed);
    assert_false(look("\xc0\xaf").well_formed);
    assert_true(look("").blank);
    assert_true(look(" \r\n\t").blank);
    assert_false(look(" a").blank);
}

static void web_addresses_are_http_with_a_host(void **state)
{
    (void)state;
    assert_true(value_web_address("https://www.example.com/a?b=c#d"));
    assert_true(value_web_address("HTTP://localhost:8080"));
    assert_true(value_web_address("https://www.example.com/grüße"));
    assert_false(value_web_address("javascript:alert(1)"));
    assert_false(value_web_address("https://"));
    assert_false(value_web_address("https:///path"));
    assert_false(value_web_address("//www.example.com"));
    assert_false(value_web_address("/path"));
    assert_false(value_web_address("https://a b"));
    assert_false(value_web_address("https://a/\"><script>"));
}

static void numbers_are_decimal_and_finite(void **state)
{
    (void)state;
    assert_true(value_number("12"));
    assert_true(value_number("-1.5e3"));
    assert_false(value_number(""));
    assert_false(value_number("12a"));
    assert_false(value_number("0x10"));
    assert_false(value_number("nan"));
    assert_false(value_number("1e999"));
    assert_false(value_number("1 2"));
}

static void truth_has_a_few_spellings(void **state)
{
    bool truth = false;

    (void)state;
    assert_true(value_truth("on", &truth) && truth);
    assert_true(value_truth("TRUE", &truth) && truth);
    assert_true(value_truth("0", &truth) && !truth);
    assert_false(value_truth("maybe", &truth));
    assert_false(value_truth("", &truth));
}

static void line_ends_become_one_kind(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    value_add_lines(&out, "a\r\nb\rc\nd\r\n\r\n");
    assert_string_equal(buf_str(&out), "a\nb\nc\nd\n\n");
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_counted_not_bytes),
        cmocka_unit_test(control_characters_and_broken_text_are_found),
        cmocka_unit_test(web_addresses_are_http_with_a_host),
        cmocka_unit_test(numbers_are_decimal_and_finite),
        cmocka_unit_test(truth_has_a_few_spellings),
        cmocka_unit_test(line_ends_become_one_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

static void usual_addresses_are_taken_as_they_are(void **state)
{
    static const char *const list[] = {
        "ada@example.org",         "a.b+c@sub.example.co.uk",
        "o'neil_x-1@ex-ample.org", "UPPER@EXAMPLE.ORG",
        "x@xn--bcher-kva.example",
    };
    char address[VALUE_EMAIL_SIZE];
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        assert_true(value_email(list[i], address, &why));
        assert_string_equal(address, list[i]);
    }
}

static void an_international_domain_becomes_ascii(void **state)
{
    char address[VALUE_EMAIL_SIZE];
    const char *why;

    (void)state;
    assert_true(value_email("ada@bücher.example", address, &why));
    assert_string_equal(address, "ada@xn--bcher-kva.example");
}

static void what_no_mail_reaches_is_refused(void **state)
{
    static const char *const list[] = {
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "a@b@example.org",
        "ada@localhost",
        "ada@example..org",
        "ada@.example.org",
        "ada@example.org.",
        "ada@-example.org",
        "ada@exa_mple.org",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        ".ada@example.org",
        "ada.@example.org",
        "a..b@example.org",
        "a b@example.org",
        "\"a b\"@example.org",
        "ada@exam ple.org",
        "adä@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "0123456789012345678901234567890123456789012345678901234567890123x@a.b",
        "ada@0123456789-0123456789-0123456789-0123456789-0123456789-123456789."
        "b",
    };
    char address[VALUE_EMAIL_SIZE];
    const char *why = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        why = NULL;
        if (value_email(list[i], address, &why))
            fail_msg("taken: %s", list[i]);
        assert_non_null(why);
    }
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
        cmocka_unit_test(usual_addresses_are_taken_as_they_are),
        cmocka_unit_test(an_international_domain_becomes_ascii),
        cmocka_unit_test(what_no_mail_reaches_is_refused),
        cmocka_unit_test(web_addresses_are_http_with_a_host),
        cmocka_unit_test(numbers_are_decimal_and_finite),
        cmocka_unit_test(truth_has_a_few_spellings),
        cmocka_unit_test(line_ends_become_one_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which addresses mail can be sent to. */
#include "base/email.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/banned.h"

static void usual_addresses_are_taken_as_they_are(void **state)
{
    static const char *const list[] = {
        "ada@example.org",         "a.b+c@sub.example.co.uk",
        "o'neil_x-1@ex-ample.org", "UPPER@EXAMPLE.ORG",
        "x@xn--bcher-kva.example",
    };
    char address[EMAIL_SIZE];
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        assert_true(email_read(list[i], address, &why));
        assert_string_equal(address, list[i]);
    }
}

static void an_international_domain_becomes_ascii(void **state)
{
    char address[EMAIL_SIZE];
    const char *why;

    (void)state;
    assert_true(email_read("ada@bücher.example", address, &why));
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
        ("ada@0123456789-0123456789-0123456789-0123456789-0123456789-123456789."
         "b"),
    };
    char address[EMAIL_SIZE];
    const char *why = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        why = NULL;
        if (email_read(list[i], address, &why))
            fail_msg("taken: %s", list[i]);
        assert_non_null(why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_addresses_are_taken_as_they_are),
        cmocka_unit_test(an_international_domain_becomes_ascii),
        cmocka_unit_test(what_no_mail_reaches_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

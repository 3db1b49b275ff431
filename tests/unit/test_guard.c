/* The guards of a form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "guard/guard.h"
#include "some_form.h"

#include "base/banned.h"

static void origins_are_exact_or_below_a_domain(void **state)
{
    static const char *const fine[] = {
        "https://www.example.com",  "https://WWW.example.com",
        "https://shop.example.org", "https://a.b.example.org",
        "https://relay.example",
    };
    static const char *const wrong[] = {
        "",
        "null",
        "https://",
        "http://www.example.com",
        "https://www.example.com:8443",
        "https://www.example.com/",
        "https://www.example.com.evil.example",
        "https://evilwww.example.com",
        "https://example.org",
        "https://.example.org",
        "https://a..example.org.evil",
        "https://evil.example/.example.org",
        "https://evil.example:1.example.org",
        "https://a@b.example.org",
        "http://shop.example.org",
        "https://shop.example.org:444",
        "https://shop.example.org.",
        "https://evil.example#.example.org",
        "https://shop.example.orgx",
        "https://relay.example.evil",
        "https://relay",
        "https://relay.exampl",
        "https:",
    };
    struct settings *settings = some_settings();

    (void)state;
    for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
        if (!guard_origin(settings, some_form(settings), fine[i]))
            fail_msg("refused: %s", fine[i]);
        assert_true(guard_origin_of_any(settings, fine[i]));
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        if (guard_origin(settings, some_form(settings), wrong[i]))
            fail_msg("taken: %s", wrong[i]);
        assert_false(guard_origin_of_any(settings, wrong[i]));
    }
}

static void the_relays_own_origin_has_no_path(void **state)
{
    struct settings *settings = some_settings();
    char url[] = "https://www.example.net/relay";

    (void)state;
    settings->public_url = url;
    assert_true(
        guard_origin(settings, some_form(settings), "https://www.example.net"));
    assert_false(guard_origin(settings, some_form(settings),
                              "https://www.example.net/relay"));
}

static void hosts_are_names_without_ports(void **state)
{
    char name[] = "relay.example", six[] = "[::1]";
    char *hosts[] = {name, six};
    struct settings *settings = some_settings();

    (void)state;
    assert_true(guard_host(settings, "anything"));
    settings->hosts = hosts;
    settings->host_count = 2;
    assert_true(guard_host(settings, "relay.example"));
    assert_true(guard_host(settings, "Relay.Example:8443"));
    assert_true(guard_host(settings, "[::1]:8080"));
    assert_false(guard_host(settings, "evil.example"));
    assert_false(guard_host(settings, "relay.example.evil"));
    assert_false(guard_host(settings, ""));
    assert_false(guard_host(settings, NULL));
}

static void programs_need_the_forms_key(void **state)
{
    struct settings_form *form = some_form(some_settings());

    (void)state;
    assert_int_equal(guard_credentials(form, "Bearer form-key"),
                     GUARD_CREDENTIALS_FINE);
    assert_int_equal(guard_credentials(form, "bearer   form-key"),
                     GUARD_CREDENTIALS_FINE);
    assert_int_equal(guard_credentials(form, "Bearer form-keys"),
                     GUARD_CREDENTIALS_WRONG);
    assert_int_equal(guard_credentials(form, "Bearer"),
                     GUARD_CREDENTIALS_MISSING);
    assert_int_equal(guard_credentials(form, "Basic Zm9ybS1rZXk="),
                     GUARD_CREDENTIALS_MISSING);
    assert_int_equal(guard_credentials(form, NULL), GUARD_CREDENTIALS_MISSING);
}

static void a_form_without_a_key_takes_no_programs(void **state)
{
    struct settings_form *form = some_form(some_settings());

    (void)state;
    form->key.len = 0;
    assert_int_equal(guard_credentials(form, "Bearer "),
                     GUARD_CREDENTIALS_MISSING);
    assert_int_equal(guard_credentials(form, "Bearer x"),
                     GUARD_CREDENTIALS_WRONG);
}

static void a_public_form_needs_no_key_but_a_wrong_one_is_told(void **state)
{
    struct settings_form *form = some_form(some_settings());

    (void)state;
    form->public = true;
    assert_int_equal(guard_credentials(form, NULL), GUARD_CREDENTIALS_FINE);
    assert_int_equal(guard_credentials(form, "Bearer wrong"),
                     GUARD_CREDENTIALS_WRONG);
    form->key.len = 0;
    assert_int_equal(guard_credentials(form, "Bearer any"),
                     GUARD_CREDENTIALS_FINE);
}

static void the_honeypot_has_a_usual_name(void **state)
{
    struct settings_form *form = some_form(some_settings());
    char name[] = "fax";

    (void)state;
    form->honeypot = name;
    assert_string_equal(guard_honeypot(form), "fax");
    form->honeypot = NULL;
    assert_string_equal(guard_honeypot(form), "_gotcha");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins_are_exact_or_below_a_domain),
        cmocka_unit_test(the_relays_own_origin_has_no_path),
        cmocka_unit_test(hosts_are_names_without_ports),
        cmocka_unit_test(programs_need_the_forms_key),
        cmocka_unit_test(a_form_without_a_key_takes_no_programs),
        cmocka_unit_test(a_public_form_needs_no_key_but_a_wrong_one_is_told),
        cmocka_unit_test(the_honeypot_has_a_usual_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

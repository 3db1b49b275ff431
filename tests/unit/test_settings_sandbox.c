/* Settings: destinations without an address, and the sandbox that takes them.
 */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

static void
a_named_destination_without_an_address_is_for_a_sandbox(void **state)
{
    static const char *const yamls[] = {
        "destinations: { support: {} }\n",
        "destinations:\n  support: { token: abc }\n",
        ("destinations:\n  support:\n    oauth: { client_id: a, "
         "client_secret: b, refresh_token: c }\n"),
    };
    struct error err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(yamls) / sizeof(yamls[0]); i++) {
        struct settings *settings = settings_of(yamls[i]);
        const struct settings_destination *d = &settings->destinations[0];

        settings_set_sandbox(settings, "http://127.0.0.1:9", "pretend");
        assert_true(settings_addressed(settings, &err));
        assert_string_equal(d->base_url, "http://127.0.0.1:9");
        assert_true(secret_equal(&d->token, "pretend", 7));
        assert_false(settings_uses_oauth(d));
        settings_release(settings);
    }
}

static void
a_named_destination_without_an_address_is_told_where_it_matters(void **state)
{
    static const char says[] =
        "afterhours.yaml: line 2: destinations.d: has neither subdomain nor "
        "base_url; set subdomain to the part of your Zendesk's address before "
        ".zendesk.com, or try things with 'afterhours up --sandbox'";
    struct settings *settings = settings_of("destinations:\n  d:\n    ca: x\n");
    struct error err = {0};

    (void)state;
    assert_false(settings_addressed(settings, &err));
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_string_equal(err.text, says);
    settings_release(settings);
    error_clear(&err);
    settings = settings_load_raw("afterhours.yaml", &err);
    assert_string_equal(err.text, says);
    settings_release(settings);
}

static void a_sandbox_takes_only_what_has_no_address(void **state)
{
    struct settings *settings = settings_of("");
    struct settings *real =
        settings_of("destinations: { x: { subdomain: acme, token: abc } }\n");
    const struct settings_destination *d = &settings->destinations[0];
    struct error err = {0};

    (void)state;
    assert_false(settings_addressed(settings, &err));
    assert_non_null(strstr(err.text, "AFTERHOURS_ZENDESK_SUBDOMAIN"));
    settings_set_sandbox(settings, "http://127.0.0.1:9", "pretend");
    assert_true(settings_addressed(settings, &err));
    assert_string_equal(d->base_url, "http://127.0.0.1:9");
    assert_string_equal(d->ticket_url, "http://127.0.0.1:9/hc/requests/{id}");
    assert_true(secret_equal(&d->token, "pretend", 7));
    settings_set_sandbox(real, "http://127.0.0.1:9", "pretend");
    assert_string_equal(real->destinations[0].base_url,
                        "https://acme.zendesk.com");
    assert_true(secret_equal(&real->destinations[0].token, "abc", 3));
    settings_release(settings);
    settings_release(real);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_named_destination_without_an_address_is_for_a_sandbox),
        TEST(a_named_destination_without_an_address_is_told_where_it_matters),
        TEST(a_sandbox_takes_only_what_has_no_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

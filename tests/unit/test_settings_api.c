/* Settings: the keys of programs that speak the Chats API with the relay. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

#define ACME   "destinations: { d: { subdomain: acme, token: abc } }\n"
#define FORMS  "forms: { contact: { public: true }, other: {} }\n"
#define SECRET "0123456789abcdef"
#define KEY    "key: " SECRET

static void without_a_word_nobody_has_a_key(void **state)
{
    struct settings *settings = settings_of(ACME);

    (void)state;
    assert_int_equal(settings->api.rate_limit, 6000);
    assert_int_equal(settings->api.search_timeout_ms, 10000);
    assert_int_equal(settings->api.key_count, 0);
    settings_release(settings);
}

static void a_key_is_an_administrators_of_the_only_form(void **state)
{
    struct settings *settings =
        settings_of(ACME "api: { keys: { shop: { " KEY " } } }\n");
    const struct settings_api_key *key = settings->api.keys;

    (void)state;
    assert_int_equal(settings->api.key_count, 1);
    assert_string_equal(key->name, "shop");
    assert_string_equal(key->form, "contact");
    assert_int_equal(key->role, API_ROLE_ADMINISTRATOR);
    assert_true(key->can_read && key->can_write && !key->can_chat);
    assert_true(secret_equal(&key->key, SECRET, strlen(SECRET)));
    settings_release(settings);
}

static void a_key_says_its_form_role_and_scopes(void **state)
{
    struct settings *settings = settings_of(
        ACME "forms: { contact: { public: true }, other: { } }\n"
             "api: { rate_limit: 0, keys: { a: { " KEY "a, form: other,"
             " role: agent, scopes: [chat] },\n"
             "  b: { " KEY
             "b, form: contact, role: owner, scopes: read } } }\n");
    const struct settings_api_key *keys = settings->api.keys;

    (void)state;
    assert_int_equal(settings->api.rate_limit, 0);
    assert_int_equal(settings->api.key_count, 2);
    assert_string_equal(keys[0].form, "other");
    assert_int_equal(keys[0].role, API_ROLE_AGENT);
    assert_true(!keys[0].can_read && !keys[0].can_write && keys[0].can_chat);
    assert_int_equal(keys[1].role, API_ROLE_OWNER);
    assert_true(keys[1].can_read && !keys[1].can_write && !keys[1].can_chat);
    settings_release(settings);
}

static void a_key_may_lie_in_a_file_that_changes(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("shop_key", SECRET "\n");
    settings =
        settings_of(ACME "api: { keys: { shop: { key_file: shop_key } } }\n");
    assert_true(
        secret_equal(&settings->api.keys[0].key, SECRET, strlen(SECRET)));
    assert_false(settings_secrets_changed(settings));
    write_file("shop_key", SECRET SECRET "\n");
    assert_true(settings_secrets_changed(settings));
    settings_release(settings);
}

static void the_environment_may_set_a_key(void **state)
{
    struct settings *settings;

    (void)state;
    setenv("AFTERHOURS_API_KEYS_SHOP_KEY", SECRET "env", 1);
    settings = settings_of(ACME "api: { keys: { shop: { role: owner } } }\n");
    unsetenv("AFTERHOURS_API_KEYS_SHOP_KEY");
    assert_true(secret_equal(&settings->api.keys[0].key, SECRET "env",
                             strlen(SECRET "env")));
    settings_release(settings);
}

static void printed_a_key_is_masked(void **state)
{
    struct settings *settings =
        settings_of(ACME "api: { keys: { shop: { " KEY " } } }\n");
    struct buf text;

    (void)state;
    buf_init(&text, 65536);
    settings_print(settings, &text);
    assert_null(strstr(buf_str(&text), SECRET));
    assert_non_null(strstr(buf_str(&text), "    shop:\n"));
    assert_non_null(strstr(buf_str(&text), "scopes: [\"read\", \"write\"]"));
    buf_clear(&text);
    settings_release(settings);
}

static void what_is_wrong_with_a_key_is_told(void **state)
{
    /* clang-format off */
    static const struct { const char *yaml, *fault; } rows[] = {
        { ACME "api: { keys: { shop: { key: short } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.key: it is too short: at "
          "least 16 characters, for example from 'openssl rand -base64 32'" },
        { ACME "api: { keys: { shop: { key: 0123456789 abcdef } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.key: it has blanks, line ends "
          "or letters beyond ASCII, which cannot be sent in a header" },
        { ACME "api: { keys: { shop: { } } }\n",
          "afterhours.yaml: line 2: api.keys.shop: has no key; set key_file to "
          "a file with what 'openssl rand -base64 32' prints" },
        { ACME "api: { keys: { shop: { " KEY ", role: boss } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.role: 'boss' is none of "
          "owner, administrator, agent" },
        { ACME "api: { keys: { shop: { " KEY ", scopes: [all] } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.scopes: 'all' is none of "
          "read, write, chat" },
        { ACME "api: { keys: { shop: { " KEY ", scopes: [] } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.scopes: must name at least "
          "one scope" },
        { ACME "api: { keys: { shop: { " KEY ", form: contcat } } }\n",
          "afterhours.yaml: line 2: api.keys.shop.form: there is no form "
          "'contcat'; did you mean \"contact\"?" },
        { ACME FORMS "api: { keys: { shop: { " KEY ", form: other },\n"
          "  two: { " KEY "2 } } }\n",
          "afterhours.yaml: line 4: api.keys.two.form: must be set to one of: "
          "contact, other" },
        { ACME "api:\n keys:\n  a: { " KEY " }\n  b: { " KEY " }\n",
          "afterhours.yaml: line 5: api.keys.b.key: is the one of api.keys.a "
          "too; make another" },
        { ACME "api: { keys: { Shop: { " KEY " } } }\n",
          "afterhours.yaml: line 2: api.keys.Shop: a name has letters a-z, "
          "digits, - and _, begins with a letter or digit, and is 32 long at "
          "most" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(fault_of(rows[i].yaml), rows[i].fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_word_nobody_has_a_key),
        cmocka_unit_test(a_key_is_an_administrators_of_the_only_form),
        cmocka_unit_test(a_key_says_its_form_role_and_scopes),
        cmocka_unit_test(a_key_may_lie_in_a_file_that_changes),
        cmocka_unit_test(the_environment_may_set_a_key),
        cmocka_unit_test(printed_a_key_is_masked),
        cmocka_unit_test(what_is_wrong_with_a_key_is_told),
    };

    return cmocka_run_group_tests(tests, settings_folder_make,
                                  settings_folder_remove);
}

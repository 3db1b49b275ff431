/* Settings from the environment: one name each, and it wins over the file. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

#define ACME "destinations: { d-1: { subdomain: acme, token: abc } }\n"

static void set(const char *name, const char *value)
{
    assert_int_equal(setenv(name, value, 1), 0);
}

/* The fault with no file at all. */
static const char *fault_without_file(void)
{
    static struct error err;

    error_clear(&err);
    assert_null(settings_load(NULL, &err));
    return err.text;
}

static void a_variable_sets_a_setting(void **state)
{
    struct settings *settings;

    (void)state;
    set("AFTERHOURS_LISTEN", "127.0.0.1:81");
    set("AFTERHOURS_LOG_LEVEL", "error");
    set("AFTERHOURS_REDIS_URL", "unix:///run/redis.sock");
    set("AFTERHOURS_LIMITS_BODY", "2MiB");
    set("AFTERHOURS_HOSTS", "a.example, b.example");
    set("AFTERHOURS_FORMS_CONTACT_PUBLIC", "true");
    set("AFTERHOURS_FORMS_CONTACT_CALLBACK_EVENTS", "failed");
    settings = settings_of("");
    assert_string_equal(settings->listen, "127.0.0.1:81");
    assert_int_equal(settings->log_level, LOG_LEVEL_ERROR);
    assert_string_equal(settings->redis.url, "unix:///run/redis.sock");
    assert_int_equal(settings->limits.body, 2097152);
    assert_int_equal(settings->host_count, 2);
    assert_string_equal(settings->hosts[1], "b.example");
    assert_true(settings->forms[0].public);
    assert_false(settings->forms[0].callback.on_linked);
    settings_release(settings);
}

static void the_environment_wins_over_the_file(void **state)
{
    struct settings *settings;

    (void)state;
    set("AFTERHOURS_LISTEN", "127.0.0.1:82");
    set("AFTERHOURS_DESTINATIONS_D_1_TOKEN", "new");
    set("AFTERHOURS_DESTINATIONS_D_1_RETRY_CAP", "5m");
    settings = settings_of("listen: 127.0.0.1:81\n" ACME);
    assert_string_equal(settings->listen, "127.0.0.1:82");
    assert_true(secret_equal(&settings->destinations[0].token, "new", 3));
    assert_int_equal(settings->destinations[0].retry_cap_ms, 300000);
    settings_release(settings);
}

static void an_empty_variable_is_as_good_as_none(void **state)
{
    struct settings *settings;

    (void)state;
    set("AFTERHOURS_LISTEN", "");
    set("AFTERHOURS_NONSENSE", "");
    settings = settings_of("listen: 127.0.0.1:81\n");
    assert_string_equal(settings->listen, "127.0.0.1:81");
    settings_release(settings);
}

static void a_secret_may_come_from_a_file(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("token", "s3cret\n");
    write_file("list", "aaaaaaaaaaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbbbbbbbbbb\n");
    set("AFTERHOURS_REDIS_PASSWORD_FILE", "token");
    set("AFTERHOURS_FORMS_CONTACT_CALLBACK_SECRETS_FILE", "list");
    set("AFTERHOURS_FORMS_CONTACT_CALLBACK_URL", "https://a.example");
    settings = settings_of("");
    assert_true(secret_equal(&settings->redis.password, "s3cret", 6));
    assert_int_equal(settings->forms[0].callback.secret_count, 2);
    assert_true(secret_equal(&settings->forms[0].callback.secrets[1],
                             "bbbbbbbbbbbbbbbbbbbbbbbb", 24));
    settings_release(settings);
}

static void one_line_end_is_cut_from_a_secret_file(void **state)
{
    static const char *const rows[][2] = {
        {"abc", "abc"},
        {"abc\n", "abc"},
        {"abc\r\n", "abc"},
    };

    (void)state;
    set("AFTERHOURS_REDIS_PASSWORD_FILE", "password");
    for (size_t i = 0; i < 3; i++) {
        struct settings *settings;

        write_file("password", rows[i][0]);
        settings = settings_of("");
        assert_true(secret_equal(&settings->redis.password, rows[i][1], 3));
        settings_release(settings);
    }
    write_file("password", "abc\n\n");
    assert_string_equal(fault_of(""),
                        "AFTERHOURS_REDIS_PASSWORD_FILE: password: it must be "
                        "one line without control characters");
}

static void a_secret_given_twice_is_a_fault(void **state)
{
    (void)state;
    write_file("token", "s3cret\n");
    set("AFTERHOURS_REDIS_PASSWORD", "abc");
    set("AFTERHOURS_REDIS_PASSWORD_FILE", "token");
    assert_string_equal(
        fault_of(""),
        "AFTERHOURS_REDIS_PASSWORD: AFTERHOURS_REDIS_PASSWORD_FILE "
        "is set too; keep one");
    unsetenv("AFTERHOURS_REDIS_PASSWORD_FILE");
    unsetenv("AFTERHOURS_REDIS_PASSWORD");
    assert_string_equal(
        fault_of("redis:\n  password: abc\n  password_file: token\n"),
        "afterhours.yaml: line 2: redis.password: redis.password_file is set "
        "too, "
        "in line 3; keep one");
}

static void the_environments_secret_wins_over_the_files_file(void **state)
{
    struct settings *settings;

    (void)state;
    set("AFTERHOURS_REDIS_PASSWORD", "abc");
    settings = settings_of("redis: { password_file: /nowhere }\n");
    assert_true(secret_equal(&settings->redis.password, "abc", 3));
    settings_release(settings);
}

static void a_secret_file_that_cannot_be_used_is_told(void **state)
{
    (void)state;
    set("AFTERHOURS_REDIS_PASSWORD_FILE", "token");
    assert_string_equal(
        fault_of(""), "AFTERHOURS_REDIS_PASSWORD_FILE: token: No such file or "
                      "directory");
    write_file("token", "\n");
    assert_string_equal(fault_of(""),
                        "AFTERHOURS_REDIS_PASSWORD_FILE: token: is empty");
    unsetenv("AFTERHOURS_REDIS_PASSWORD_FILE");
    assert_string_equal(fault_of("redis:\n  password_file: /\n"),
                        "afterhours.yaml: line 2: redis.password: /: is a "
                        "directory");
}

static void the_short_names_set_the_only_destination(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("token", "s3cret\n");
    set("AFTERHOURS_ZENDESK_SUBDOMAIN", "acme");
    set("AFTERHOURS_ZENDESK_TOKEN_FILE", "token");
    settings = settings_of("listen: 127.0.0.1:81\n");
    assert_string_equal(settings->destinations[0].base_url,
                        "https://acme.zendesk.com");
    assert_true(secret_equal(&settings->destinations[0].token, "s3cret", 6));
    assert_string_equal(settings->destinations[0].token_file, "token");
    settings_release(settings);

    set("AFTERHOURS_ZENDESK_BASE_URL", "http://127.0.0.1:9");
    settings = settings_of("");
    assert_string_equal(settings->destinations[0].base_url,
                        "http://127.0.0.1:9");
    settings_release(settings);
}

static void the_short_names_need_the_destination_they_set(void **state)
{
    (void)state;
    set("AFTERHOURS_ZENDESK_TOKEN", "abc");
    assert_string_equal(
        fault_of(ACME),
        "AFTERHOURS_ZENDESK_TOKEN: sets the destination \"default\", and "
        "afterhours.yaml names others; set it there, or use "
        "AFTERHOURS_DESTINATIONS_NAME_...");
}

static void two_names_for_one_setting_are_a_fault(void **state)
{
    (void)state;
    set("AFTERHOURS_ZENDESK_TOKEN", "abc");
    set("AFTERHOURS_DESTINATIONS_DEFAULT_TOKEN", "abc");
    assert_non_null(strstr(fault_without_file(), "means the same; keep one"));
}

static void a_token_alone_is_a_fault(void **state)
{
    (void)state;
    set("AFTERHOURS_ZENDESK_TOKEN", "abc");
    assert_string_equal(fault_without_file(),
                        "AFTERHOURS_ZENDESK_TOKEN: is set, but no subdomain "
                        "to use it for");
    unsetenv("AFTERHOURS_ZENDESK_TOKEN");
    set("AFTERHOURS_ZENDESK_SUBDOMAIN", "acme");
    assert_string_equal(fault_without_file(),
                        "AFTERHOURS_ZENDESK_TOKEN: is missing; set it, or "
                        "AFTERHOURS_ZENDESK_TOKEN_FILE, to an OAuth token of "
                        "Zendesk Chat with the scopes read, write and chat");
}

static void
an_unknown_variable_is_told_with_the_nearest_right_name(void **state)
{
    static const char *const rows[][2] = {
        {"AFTERHOURS_LISTN", "unknown; did you mean AFTERHOURS_LISTEN?"},
        {"AFTERHOURS_REDIS_URI", "unknown; did you mean AFTERHOURS_REDIS_URL?"},
        {"AFTERHOURS_ZENDESK_TOKN",
         "unknown; did you mean AFTERHOURS_ZENDESK_TOKEN?"},
        {"AFTERHOURS_REDIS_PASSWORD_FIL",
         "unknown; did you mean AFTERHOURS_REDIS_PASSWORD_FILE?"},
        {"AFTERHOURS_QQQQQQQ",
         "unknown; 'afterhours config print --json' lists every name"},
        {"AFTERHOURS_SEAL_KEY", "not supported yet by this version"},
        {"AFTERHOURS_REDIS_SENTINELS", "not supported yet by this version"},
        {"AFTERHOURS_FORMS_CONTACT_CHALLENGE",
         "not supported yet by this version"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *fault;

        set(rows[i][0], "x");
        fault = fault_without_file();
        if (strncmp(fault, rows[i][0], strlen(rows[i][0])) != 0 ||
            strcmp(fault + strlen(rows[i][0]) + 2, rows[i][1]) != 0)
            fail_msg("%s", fault);
        unsetenv(rows[i][0]);
    }
}

static void names_of_others_are_left_alone(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("a.yaml", "listen: 127.0.0.1:81\n");
    set("AFTERHOURS_CONFIG", "a.yaml");
    set("AFTERHOURS_TEST_SLOW", "1");
    set("AFTERHOURS_SERVICE_HOST", "10.0.0.1"); /* by Kubernetes */
    set("AFTERHOURS_PORT", "tcp://10.0.0.1:80");
    set("AFTERHOURS_PORT_80_TCP_ADDR", "10.0.0.1");
    settings = settings_load(NULL, NULL);
    assert_non_null(settings);
    assert_string_equal(settings->path, "a.yaml");
    assert_string_equal(settings->listen, "127.0.0.1:81");
    settings_release(settings);
}

static void a_bad_value_is_told_with_the_variables_name(void **state)
{
    (void)state;
    set("AFTERHOURS_LIMITS_BODY", "12GiB");
    assert_string_equal(fault_without_file(),
                        "AFTERHOURS_LIMITS_BODY: '12GiB' is out of range; "
                        "allowed is 1KiB to 16MiB");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_variable_sets_a_setting),
        TEST(the_environment_wins_over_the_file),
        TEST(an_empty_variable_is_as_good_as_none),
        TEST(a_secret_may_come_from_a_file),
        TEST(one_line_end_is_cut_from_a_secret_file),
        TEST(a_secret_given_twice_is_a_fault),
        TEST(the_environments_secret_wins_over_the_files_file),
        TEST(a_secret_file_that_cannot_be_used_is_told),
        TEST(the_short_names_set_the_only_destination),
        TEST(the_short_names_need_the_destination_they_set),
        TEST(two_names_for_one_setting_are_a_fault),
        TEST(a_token_alone_is_a_fault),
        TEST(an_unknown_variable_is_told_with_the_nearest_right_name),
        TEST(names_of_others_are_left_alone),
        TEST(a_bad_value_is_told_with_the_variables_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

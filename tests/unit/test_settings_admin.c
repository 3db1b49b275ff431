/* Settings: who may use the operators' API, and where. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

struct row {
    const char *yaml;
    const char *fault; /* begins with the file's name */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(fault_of(rows[i].yaml), rows[i].fault);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void without_a_token_there_is_no_way_in(void **state)
{
    struct settings *settings = settings_of("");

    (void)state;
    assert_false(settings_has_admin(settings));
    settings_release(settings);
}

static void one_token_is_a_way_in(void **state)
{
    struct settings *settings =
        settings_of("admin: { token: a-token-for-operators }\n");

    (void)state;
    assert_true(settings_has_admin(settings));
    assert_string_equal(settings->admin.listen, "127.0.0.1:8081");
    settings_release(settings);
}

static void tokens_have_names_and_roles(void **state)
{
    struct settings *settings =
        settings_of("admin:\n"
                    "  listen: 127.0.0.1:9000\n"
                    "  tokens:\n"
                    "    ada: { hash: " HASH " }\n"
                    "    ben: { hash: " HASH ", roles: [read, operate] }\n");
    const struct settings_admin *admin = &settings->admin;

    (void)state;
    assert_true(settings_has_admin(settings));
    assert_string_equal(admin->listen, "127.0.0.1:9000");
    assert_int_equal(admin->token_count, 2);
    assert_string_equal(admin->tokens[0].name, "ada");
    assert_string_equal(admin->tokens[0].hash.bytes, HASH);
    assert_true(admin->tokens[0].may_read && !admin->tokens[0].may_operate);
    assert_true(admin->tokens[1].may_read && admin->tokens[1].may_operate);
    settings_release(settings);
}

static void what_is_printed_shows_neither_token_nor_hash(void **state)
{
    struct settings *settings =
        settings_of("admin:\n"
                    "  token: a-token-for-operators\n"
                    "  tokens: { ada: { hash: " HASH " } }\n");
    struct buf out;

    (void)state;
    buf_init(&out, 100000);
    settings_print(settings, &out);
    assert_non_null(strstr(buf_str(&out), "\n  tokens:\n    ada:\n"));
    assert_null(strstr(buf_str(&out), "a-token-for-operators"));
    assert_null(strstr(buf_str(&out), HASH));
    buf_clear(&out);
    settings_release(settings);
}

/* clang-format off */
static void what_would_let_in_nobody_or_anybody_is_refused(void **state)
{
    static const struct row rows[] = {
        { "admin: { listen: 8081 }\n",
          "afterhours.yaml: line 1: admin.listen: needs admin.token_file or "
          "admin.tokens beside it: without a token nobody could use it" },
        { "admin: { listen: somewhere, token: a-token-for-operators }\n",
          "afterhours.yaml: line 1: admin.listen: 'somewhere' cannot be used: "
          "write ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080, or a port "
          "alone for every address of the machine" },
        { "admin: { token: short }\n",
          "afterhours.yaml: line 1: admin.token: it is too short: at least 16 "
          "characters, for example from 'openssl rand -base64 32'" },
        { "admin:\n  tokens:\n    ada: { roles: [read] }\n",
          "afterhours.yaml: line 3: admin.tokens.ada: has no hash; write the "
          "token's SHA-256: printf %s TOKEN | sha256sum" },
        { "admin:\n  tokens:\n    ada: { hash: secret }\n",
          "afterhours.yaml: line 3: admin.tokens.ada.hash: write the token's "
          "SHA-256 as 64 digits and letters a-f: printf %s TOKEN | "
          "sha256sum" },
        { "admin:\n  tokens:\n    ada: { roles: [all] }\n",
          "afterhours.yaml: line 3: admin.tokens.ada.roles: 'all' is none of "
          "read, operate" },
        { "admin:\n  tokens:\n    Ada: {}\n",
          "afterhours.yaml: line 3: admin.tokens.Ada: a token's name has "
          "letters a-z, digits, - and _, begins with a letter or digit, and is "
          "32 long at most" },
    };

    (void)state;
    CHECK(rows);
}

/* clang-format on */

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(without_a_token_there_is_no_way_in),
        TEST(one_token_is_a_way_in),
        TEST(tokens_have_names_and_roles),
        TEST(what_is_printed_shows_neither_token_nor_hash),
        TEST(what_would_let_in_nobody_or_anybody_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Settings as they are shown: masked, with where each came from. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "settings_file.h"

#include "base/banned.h"

#define LIMIT 1000000

static const char file[] =
    "listen: 127.0.0.1:81\n"
    "redis: { url: 'redis://u:hunter2@redis:6379/0' }\n"
    "destinations:\n"
    "  d: { subdomain: acme, token: hunter2, retry: { cap: 30m } }\n"
    "forms:\n"
    "  contact:\n"
    "    origins: [https://www.example.com]\n"
    "    key_file: key\n"
    "    departments: { 'Sales \"&\" Co': 5 }\n"
    "    callback: { url: https://a.example, secrets: [\n"
    "      hunter2hunter2hunter2hunter2, hunter2hunter2hunter2hunter3 ] }\n";

static char *shown(const char *yaml, bool json)
{
    struct error err = {0};
    struct settings *settings;
    struct buf out;

    write_file("afterhours.yaml", yaml);
    settings = settings_load_raw("afterhours.yaml", &err);
    buf_init(&out, LIMIT);
    if (json)
        settings_print_json(settings, &out);
    else
        settings_print(settings, &out);
    settings_release(settings);
    assert_true(buf_ok(&out));
    return buf_take(&out);
}

static void check_line(const char *text, const char *start, const char *end)
{
    const char *line = strstr(text, start);
    size_t len;

    if (!line)
        fail_msg("'%s' is not shown", start);
    line += *line == '\n';
    len = strcspn(line, "\n");
    if (len < strlen(end) ||
        strncmp(line + len - strlen(end), end, strlen(end)) != 0)
        fail_msg("'%.*s' does not end in '%s'", (int)len, line, end);
}

static void every_value_is_shown_with_where_it_is_from(void **state)
{
    char *text;

    (void)state;
    write_file("key", "hunter2\n");
    assert_int_equal(setenv("AFTERHOURS_LOG_LEVEL", "warn", 1), 0);
    text = shown(file, false);
    check_line(text, "# The settings in force.", "File: afterhours.yaml");
    check_line(text, "\nlisten: \"127.0.0.1:81\" ", "# from file line 1");
    check_line(text, "\n  level: warn ", "# environment AFTERHOURS_LOG_LEVEL");
    check_line(text, "\n  format: logfmt ", "# default");
    check_line(text, "\n    subdomain: \"acme\" ", "# from file line 4");
    check_line(text, "\n      cap: 30m ", "# from file line 4");
    check_line(text, "\n    key: \"***\" ",
               "# from file line 8, secret in key");
    check_line(text, "\n      \"Sales \\\"&\\\" Co\": 5 ",
               "# from file line 9");
    check_line(text, "\n  body: 64KiB ", "# default");
    free(text);
}

static void secrets_are_never_shown(void **state)
{
    (void)state;
    write_file("key", "hunter2\n");
    for (int json = 0; json < 2; json++) {
        char *text = shown(file, json);

        assert_null(strstr(text, "hunter"));
        assert_non_null(strstr(text, "redis://u:***@redis:6379/0"));
        assert_non_null(strstr(text, "[\"***\", \"***\"]"));
        free(text);
    }
}

static void what_is_shown_reads_back_as_the_same(void **state)
{
    static const char plain[] =
        "listen: 127.0.0.1:81\n"
        "destinations: { d: { reserve: 0.25, subdomain: acme, token: x } }\n"
        "forms: { 'f': { public: yes, departments: { 'a \"b\\': 5 }, fields: "
        "{\n"
        " a-1: { label: \"two\\nlines\", limit: 7 } }, erase_after: 90s } }\n";
    char *once = shown(plain, false);
    char *twice = shown(once, false);

    (void)state;
    for (char *at = once; (at = strstr(at, "from file line")); at++)
        memset(at + 15, ' ', strcspn(at + 15, "\n"));
    assert_null(strstr(once, "WRONG"));
    assert_null(strstr(twice, "WRONG"));
    assert_non_null(strstr(twice, "\n        label: \"two\\u000alines\" "));
    assert_non_null(strstr(twice, "\n    erase_after: 90s "));
    assert_non_null(strstr(twice, "\n      \"a \\\"b\\\\\": 5 "));
    assert_non_null(strstr(twice, "\n    reserve: 0.25 "));
    free(once);
    free(twice);
}

static void faults_are_shown_above_the_values(void **state)
{
    char *text = shown("listn: 1\nlog: { level: loud }\n", false);

    (void)state;
    check_line(text, "\n# WRONG: afterhours.yaml: line 1: ",
               "did you mean \"listen\"?");
    check_line(text, "\n# WRONG: afterhours.yaml: line 2: log.level: ",
               "'loud' is none of debug, info, warn, error");
    check_line(text, "\n  level: info ", "# from file line 2");
    free(text);
}

static const json_t *setting(const json_t *root, const char *path)
{
    const json_t *found =
        json_object_get(json_object_get(root, "settings"), path);

    if (!found)
        fail_msg("%s is missing", path);
    return found;
}

static const char *member(const json_t *root, const char *path,
                          const char *name)
{
    const char *text =
        json_string_value(json_object_get(setting(root, path), name));

    return text ? text : "";
}

static void programs_get_json(void **state)
{
    char *text;
    json_t *root;

    (void)state;
    write_file("key", "hunter2\n");
    assert_int_equal(setenv("AFTERHOURS_LOG_LEVEL", "loud", 1), 0);
    text = shown(file, true);
    root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "file")),
                        "afterhours.yaml");
    assert_int_equal(json_array_size(json_object_get(root, "faults")), 1);
    assert_string_equal(member(root, "listen", "value"), "127.0.0.1:81");
    assert_string_equal(member(root, "listen", "origin"), "file");
    assert_int_equal(
        json_integer_value(json_object_get(setting(root, "listen"), "line")),
        1);
    assert_string_equal(member(root, "log.level", "origin"), "environment");
    assert_string_equal(member(root, "destinations.d.retry.cap", "value"),
                        "30m");
    assert_string_equal(member(root, "destinations.d.retry.cap", "environment"),
                        "AFTERHOURS_DESTINATIONS_D_RETRY_CAP");
    assert_string_equal(member(root, "destinations.d.token", "value"), "***");
    assert_string_equal(member(root, "forms.contact.key", "secret_file"),
                        "key");
    assert_true(json_is_null(json_object_get(setting(root, "public_url"),
                                             "value")) == false);
    assert_true(
        json_is_null(json_object_get(setting(root, "tls.key"), "value")));
    json_decref(root);
    free(text);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(every_value_is_shown_with_where_it_is_from),
        TEST(secrets_are_never_shown),
        TEST(what_is_shown_reads_back_as_the_same),
        TEST(faults_are_shown_above_the_values),
        TEST(programs_get_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

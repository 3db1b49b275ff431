/* The log: one line per event, whatever is in the values. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/text.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct capture {
    int kept; /* the real standard error */
    int pipes[2];
    char text[2 * LOG_LINE_SIZE];
};

static void begin(struct capture *capture)
{
    fflush(stderr);
    assert_int_equal(pipe(capture->pipes), 0);
    capture->kept = dup(STDERR_FILENO);
    dup2(capture->pipes[1], STDERR_FILENO);
    close(capture->pipes[1]);
}

/* What was logged since begin(). */
static const char *end(struct capture *capture)
{
    ssize_t len;

    dup2(capture->kept, STDERR_FILENO);
    close(capture->kept);
    len = read(capture->pipes[0], capture->text, sizeof(capture->text) - 1);
    close(capture->pipes[0]);
    capture->text[len > 0 ? len : 0] = '\0';
    return capture->text;
}

static const char *logged(struct capture *capture, enum log_format format,
                          const char *value)
{
    log_setup(LOG_LEVEL_INFO, format, "test");
    begin(capture);
    log_event(LOG_LEVEL_INFO, "settled", "key", value);
    return end(capture);
}

/* What stands behind " key=". */
static const char *logfmt_value(struct capture *capture, const char *value)
{
    const char *text = logged(capture, LOG_FORMAT_LOGFMT, value);
    const char *found = strstr(text, " key=");

    if (!found)
        fail_msg("no key in: %s", text);
    capture->text[strlen(capture->text) - 1] = '\0';
    return found + 5;
}

static void a_line_has_time_level_event_and_fields(void **state)
{
    struct capture capture;
    struct log_line line;
    const char *text;
    char expected[100];

    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT, "work");
    begin(&capture);
    log_begin(&line, LOG_LEVEL_WARN, "settled");
    log_text(&line, "sub", "support-01J");
    log_text(&line, "none", NULL);
    log_int(&line, "in_ms", -4000);
    log_end(&line);
    text = end(&capture);
    snprintf(expected, sizeof(expected),
             "Z warn settled process=work pid=%d sub=support-01J in_ms=-4000\n",
             (int)getpid());
    assert_string_equal(text + strlen("2026-11-22T09:00:00.123"), expected);
}

static void what_is_below_the_level_is_not_written(void **state)
{
    struct capture capture;

    (void)state;
    log_setup(LOG_LEVEL_WARN, LOG_FORMAT_LOGFMT, "test");
    begin(&capture);
    log_event(LOG_LEVEL_INFO, "a", "b", "c");
    log_event(LOG_LEVEL_DEBUG, "a", "b", "c");
    assert_string_equal(end(&capture), "");
    begin(&capture);
    log_event(LOG_LEVEL_WARN, "a", "b", "c");
    assert_string_not_equal(end(&capture), "");
}

/* clang-format off */
static void a_value_cannot_end_its_line_or_forge_a_field(void **state)
{
    static const struct { const char *value, *written; } rows[] = {
        { "plain", "plain" },
        { "", "\"\"" },
        { "two words", "\"two words\"" },
        { "a=b", "\"a=b\"" },
        { "say \"hi\" \\", "\"say \\\"hi\\\" \\\\\"" },
        { "x\nlevel=error forged", "\"x\\u000alevel=error forged\"" },
        { "\x1b[31mred\x7f", "\"\\u001b[31mred\\u007f\"" },
        { "\xc2\x9b" "31m", "\"\\u009b31m\"" },
        { "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
        { "\xe2\x80\xae" "cod.exe", "\"\\u202ecod.exe\"" },
        { "\xe2\x81\xa6", "\"\\u2066\"" },
        { "Gr\xc3\xbc\xc3\x9f", "\"Gr\xc3\xbc\xc3\x9f\"" },
        { "a\xff\xc3", "\"a\\ufffd\\ufffd\"" },
        { "\xe2\x80", "\"\\ufffd\"" },
    };
    struct capture capture;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(logfmt_value(&capture, rows[i].value),
                            rows[i].written);
}
/* clang-format on */

static json_t *as_json(const char *text)
{
    json_error_t fault;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &fault);

    if (!root)
        fail_msg("%s: %s", fault.text, text);
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
    return root;
}

static void in_json_every_value_reads_back(void **state)
{
    static const char *const values[] = {
        "plain",        "",
        "two words",    "a\"b\\c",
        "x\n\t\x01y",   "\x7f\xc2\x9b",
        "\xe2\x80\xae", "Gr\xc3\xbc\xc3\x9f",
    };
    struct capture capture;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        json_t *root = as_json(logged(&capture, LOG_FORMAT_JSON, values[i]));

        assert_string_equal(json_string_value(json_object_get(root, "key")),
                            values[i]);
        assert_string_equal(json_string_value(json_object_get(root, "event")),
                            "settled");
        assert_string_equal(json_string_value(json_object_get(root, "level")),
                            "info");
        assert_int_equal(json_integer_value(json_object_get(root, "pid")),
                         getpid());
        json_decref(root);
    }
}

static void broken_utf8_is_still_json(void **state)
{
    static const char *const values[] = {"\xff", "a\xc3", "\xed\xa0\x80",
                                         "\xf0\x9f\x98", "\xc0\x80"};
    struct capture capture;

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++)
        json_decref(as_json(logged(&capture, LOG_FORMAT_JSON, values[i])));
}

static void a_long_value_is_cut_between_characters(void **state)
{
    char value[1000];
    struct capture capture;
    const char *text;

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        json_t *root;

        memset(value, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof(value); i += 4)
            memcpy(value + i, "\xf0\x9f\x98\x80", 5);
        root = as_json(logged(&capture, LOG_FORMAT_JSON, value));
        text = json_string_value(json_object_get(root, "key"));
        assert_true(strlen(text) <= LOG_VALUE_MAX + 3);
        assert_true(strlen(text) > LOG_VALUE_MAX - 4);
        assert_string_equal(text + strlen(text) - 3, "...");
        json_decref(root);
    }
}

/* Each of these bytes is written as six. */
static void a_value_full_of_escapes_leaves_room_for_the_next(void **state)
{
    char value[LOG_VALUE_MAX];
    struct capture capture;
    struct log_line line;

    (void)state;
    memset(value, '\x01', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT, "test");
    begin(&capture);
    log_begin(&line, LOG_LEVEL_INFO, "full");
    log_text(&line, "text", value);
    log_text(&line, "advice", "behind");
    log_end(&line);
    assert_non_null(strstr(end(&capture), "...\" advice=behind\n"));
}

/* A line filled by fields of the given value is one whole line all the same. */
static void check_full(enum log_format format, const char *value)
{
    struct capture capture;
    struct log_line line;
    const char *text;

    log_setup(LOG_LEVEL_INFO, format, "test");
    begin(&capture);
    log_begin(&line, LOG_LEVEL_INFO, "full");
    for (int i = 0; i < 100; i++) {
        char key[20];

        snprintf(key, sizeof(key), "key_%d", i);
        log_text(&line, key, value);
        snprintf(key, sizeof(key), "number_%d", i);
        log_int(&line, key, INT64_MIN);
    }
    log_end(&line);
    text = end(&capture);
    assert_true(strlen(text) <= LOG_LINE_SIZE);
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
    assert_true(strlen(text) > LOG_LINE_SIZE / 2);
    if (format == LOG_FORMAT_JSON)
        json_decref(as_json(text));
}

static void a_full_line_stays_whole(void **state)
{
    char value[LOG_VALUE_MAX + 10];

    (void)state;
    for (size_t len = 0; len < sizeof(value); len += 7) {
        memset(value, '\x01', len);
        value[len] = '\0';
        check_full(LOG_FORMAT_JSON, value);
        memset(value, 'x', len);
        check_full(LOG_FORMAT_JSON, value);
        check_full(LOG_FORMAT_LOGFMT, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_event_and_fields),
        cmocka_unit_test(what_is_below_the_level_is_not_written),
        cmocka_unit_test(a_value_cannot_end_its_line_or_forge_a_field),
        cmocka_unit_test(in_json_every_value_reads_back),
        cmocka_unit_test(broken_utf8_is_still_json),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
        cmocka_unit_test(a_value_full_of_escapes_leaves_room_for_the_next),
        cmocka_unit_test(a_full_line_stays_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

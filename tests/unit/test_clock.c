/* Clocks: instants and durations, to and from text. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW          INT64_C(1795338000123) /* 2026-11-22T09:00:00.123Z */
#define DAY          INT64_C(86400000)

/* clang-format off */
static void an_instant_is_written_in_utc(void **state)
{
    static const struct { int64_t at; const char *ms, *seconds; } rows[] = {
        { 0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z" },
        { NOW, "2026-11-22T09:00:00.123Z", "2026-11-22T09:00:00Z" },
        { 951782400000, "2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00Z" },
        { -1, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z" },
        { -1000, "1969-12-31T23:59:59.000Z", "1969-12-31T23:59:59Z" },
        { 253402300799999, "9999-12-31T23:59:59.999Z",
          "9999-12-31T23:59:59Z" },
    };
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        clock_format_ms(rows[i].at, text);
        assert_string_equal(text, rows[i].ms);
        clock_format_seconds(rows[i].at, text);
        assert_string_equal(text, rows[i].seconds);
    }
}

static void an_instant_is_read_with_and_without_zone(void **state)
{
    static const struct { const char *text; int64_t at; } rows[] = {
        { "2026-11-22T09:00:00.123Z",      NOW },
        { "2026-11-22t09:00:00.123z",      NOW },
        { "2026-11-22 09:00:00.123Z",      NOW },
        { "2026-11-22T09:00:00.123",       NOW },
        { "2026-11-22T10:00:00.123+01:00", NOW },
        { "2026-11-22T05:30:00.123-03:30", NOW },
        { "2026-11-22T09:00:00.123-00:00", NOW },
        { "2026-11-22T09:00:00.1239999Z",  NOW },
        { "2026-11-22T09:00:00.1Z",        NOW - 23 },
        { "2026-11-22T09:00:00Z",          NOW - 123 },
        { "2026-11-22",                    NOW - 123 - 9 * 3600000 },
        { "1970-01-01T00:00:00Z",          0 },
        { "1969-12-31T23:59:59.999Z",      -1 },
        { "2000-02-29",                    951782400000 },
        { "1990-12-31T23:59:60Z",          662688000000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t at = 0;

        if (!clock_parse(rows[i].text, 0, &at) || at != rows[i].at)
            fail_msg("%s gives %lld", rows[i].text, (long long)at);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    static const char *const rows[] = {
        "", " ", "now", "2026", "2026-11", "2026-11-22T", "2026-11-22X",
        "2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01",
        "2026-11-00", "2026-11-32", "1900-02-29", "26-11-22", "+2026-11-22",
        " 2026-11-22", "2026-11-22 ", "2026- 1-22", "2026-1-2", "20261122",
        "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z", "2026-11-22T09:00:61Z",
        "2026-11-22T09:00Z", "2026-11-22T9:00:00Z", "2026-11-22T09:00:00.Z",
        "2026-11-22T09:00:00,1Z", "2026-11-22T09:00:00ZZ",
        "2026-11-22T09:00:00+1:00", "2026-11-22T09:00:00+0100",
        "2026-11-22T09:00:00+24:00", "2026-11-22T09:00:00+01:60",
        "2026-11-22T09:00:00+-1:00", "2026-11-22T09:00:00+01:00x",
        "2026-11-22T-9:00:00Z", "2026-11-22T09:00:00 Z", "-2h", "2x", "h",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t at = 42;

        if (clock_parse(rows[i], NOW, &at))
            fail_msg("'%s' was read as %lld", rows[i], (long long)at);
        assert_int_equal(at, 42);
    }
}

static void a_duration_is_that_long_before_now(void **state)
{
    int64_t at = 0;

    (void)state;
    assert_true(clock_parse("2h", NOW, &at));
    assert_int_equal(at, NOW - 7200000);
    assert_true(clock_parse("3d", NOW, &at));
    assert_int_equal(at, NOW - 3 * DAY);
    assert_true(clock_parse("0s", NOW, &at));
    assert_int_equal(at, NOW);
}

static void a_duration_has_a_unit_or_is_seconds(void **state)
{
    static const struct { const char *text; int64_t ms; } rows[] = {
        { "250ms", 250 }, { "90s", 90000 }, { "90", 90000 }, { "15m", 900000 },
        { "15min", 900000 }, { "1h", 3600000 }, { "3d", 3 * DAY },
        { "2w", 14 * DAY }, { "0", 0 }, { "007s", 7000 },
        { "3660d", 3660 * DAY },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = -1;

        assert_true(clock_parse_duration(rows[i].text, &ms));
        assert_int_equal(ms, rows[i].ms);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const rows[] = {
        "", "s", "-1s", "+1s", " 1s", "1 s", "1.5h", "1h30m", "0x10", "1S",
        "3661d", "99999999999999999999s", "9223372036854775807w", "1year",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = 42;

        if (clock_parse_duration(rows[i], &ms))
            fail_msg("'%s' was read as %lld", rows[i], (long long)ms);
        assert_int_equal(ms, 42);
    }
}
/* clang-format on */

static void the_boot_clock_does_not_run_backwards(void **state)
{
    int64_t first = clock_boot_ms();
    int64_t second = clock_boot_ms();

    (void)state;
    assert_true(second >= first);
    assert_true(clock_wall_ms() > INT64_C(1500000000000));
}

static void ages_are_rounded_to_what_a_person_wants(void **state)
{
    /* clang-format off */
    static const struct { int64_t ms; const char *text; } rows[] = {
        { -1, "-" }, { 0, "0 s" }, { 119999, "119 s" }, { 120000, "2 min" },
        { 7199999, "119 min" }, { 7200000, "2 h" }, { 172800000, "2 d" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[CLOCK_AGE_SIZE];

        clock_format_age(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instant_is_written_in_utc),
        cmocka_unit_test(an_instant_is_read_with_and_without_zone),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(a_duration_is_that_long_before_now),
        cmocka_unit_test(a_duration_has_a_unit_or_is_seconds),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(the_boot_clock_does_not_run_backwards),
        cmocka_unit_test(ages_are_rounded_to_what_a_person_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

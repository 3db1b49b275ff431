/* Clocks. See clock.h. */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/banned.h"

#define LONGEST_MS (INT64_C(10) * 366 * 86400 * 1000)

static int64_t read_us(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_boot_ms(void)
{
    return read_us(CLOCK_BOOTTIME) / 1000;
}

/* Rounded down, before 1970 too. */
static size_t format_seconds(int64_t at, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)((at - (at % 1000 + 1000) % 1000) / 1000);
    struct tm parts = {0};

    gmtime_r(&seconds, &parts);
    return strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
}

void clock_format_ms(int64_t at, char text[CLOCK_TEXT_SIZE])
{
    size_t len = format_seconds(at, text);

    snprintf(text + len, CLOCK_TEXT_SIZE - len, ".%03dZ",
             (int)((at % 1000 + 1000) % 1000));
}

void clock_format_seconds(int64_t at, char text[CLOCK_TEXT_SIZE])
{
    size_t len = format_seconds(at, text);

    snprintf(text + len, CLOCK_TEXT_SIZE - len, "Z");
}

bool clock_parse_duration(const char *text, int64_t *ms)
{
    /* clang-format off */
    static const struct { const char *unit; int64_t ms; } units[] = {
        { "ms", 1 }, { "", 1000 }, { "s", 1000 }, { "m", 60000 },
        { "min", 60000 }, { "h", 3600000 }, { "d", 86400000 },
        { "w", 604800000 },
    };
    /* clang-format on */
    char *end;
    long long number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno || number < 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        if (number > LONGEST_MS / units[i].ms)
            return false;
        *ms = number * units[i].ms;
        return true;
    }
    return false;
}

/* Exactly that many digits; *at moves behind them. */
static bool read_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool read_char(const char **at, const char *allowed)
{
    if (!**at || !strchr(allowed, **at))
        return false;
    ++*at;
    return true;
}

/* "2026-11-22", a day that there is. */
static bool read_date(const char **at, struct tm *parts)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    int year, month, day, last;

    if (!read_digits(at, 4, &year) || !read_char(at, "-") ||
        !read_digits(at, 2, &month) || !read_char(at, "-") ||
        !read_digits(at, 2, &day) || month < 1 || month > 12)
        return false;
    last = lengths[month - 1];
    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        last = 29;
    parts->tm_year = year - 1900;
    parts->tm_mon = month - 1;
    parts->tm_mday = day;
    return day >= 1 && day <= last;
}

/* "09:00:00"; a leap second counts as the first of the next minute. */
static bool read_time(const char **at, struct tm *parts)
{
    return read_digits(at, 2, &parts->tm_hour) && read_char(at, ":") &&
           read_digits(at, 2, &parts->tm_min) && read_char(at, ":") &&
           read_digits(at, 2, &parts->tm_sec) && parts->tm_hour < 24 &&
           parts->tm_min < 60 && parts->tm_sec <= 60;
}

/* ".123", of any length; nothing is 0. */
static bool read_fraction(const char **at, int64_t *ms)
{
    int64_t scale = 100;

    *ms = 0;
    if (!read_char(at, "."))
        return true;
    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; ++*at, scale /= 10)
        *ms += (**at - '0') * scale;
    return true;
}

/* "Z", "+hh:mm", "-hh:mm", or nothing, which is UTC too. */
static bool read_zone(const char **at, int64_t *east_ms)
{
    int hours, minutes, sign;

    *east_ms = 0;
    if (!**at || read_char(at, "Zz"))
        return true;
    sign = **at == '-' ? -1 : 1;
    if (!read_char(at, "+-") || !read_digits(at, 2, &hours) ||
        !read_char(at, ":") || !read_digits(at, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *east_ms = sign * (hours * 60 + minutes) * INT64_C(60000);
    return true;
}

static bool parse_instant(const char *text, int64_t *at)
{
    struct tm parts = {0};
    int64_t fraction_ms = 0, east_ms = 0;

    if (!read_date(&text, &parts))
        return false;
    if (*text && (!read_char(&text, "Tt ") || !read_time(&text, &parts) ||
                  !read_fraction(&text, &fraction_ms) ||
                  !read_zone(&text, &east_ms) || *text))
        return false;
    *at = (int64_t)timegm(&parts) * 1000 + fraction_ms - east_ms;
    return true;
}

bool clock_parse(const char *text, int64_t now, int64_t *at)
{
    int64_t before;

    if (parse_instant(text, at))
        return true;
    if (strspn(text, "0123456789") == strlen(text) || /* "2026": a year? */
        !clock_parse_duration(text, &before))
        return false;
    *at = now - before;
    return true;
}

void clock_format_age(int64_t ms, char text[CLOCK_AGE_SIZE])
{
    /* clang-format off */
    static const struct { int64_t below, unit; const char *name; } units[] = {
        { INT64_C(120000),    1000,     "s" },
        { INT64_C(7200000),   60000,    "min" },
        { INT64_C(172800000), 3600000,  "h" },
        { INT64_MAX,          86400000, "d" },
    };
    /* clang-format on */
    size_t i = 0;

    if (ms < 0) {
        snprintf(text, CLOCK_AGE_SIZE, "-");
        return;
    }
    while (ms >= units[i].below)
        i++;
    snprintf(text, CLOCK_AGE_SIZE, "%lld %s", (long long)(ms / units[i].unit),
             units[i].name);
}

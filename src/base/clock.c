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

int64_t clock_boot_us(void)
{
    return read_us(CLOCK_BOOTTIME);
}

static size_t format_seconds(int64_t at, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(at / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
}

void clock_format_ms(int64_t at, char text[CLOCK_TEXT_SIZE])
{
    size_t len = format_seconds(at, text);

    snprintf(text + len, CLOCK_TEXT_SIZE - len, ".%03dZ", (int)(at % 1000));
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

/* "Z", "+hh:mm" or "-hh:mm", perhaps after a fraction of a second. */
static bool parse_zone(const char *text, int64_t *add_ms)
{
    int hours, minutes, used = 0;
    int64_t fraction = 0, scale = 100;

    if (*text == '.') {
        for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
            fraction += (*text - '0') * scale;
    }
    *add_ms = fraction;
    if (strcmp(text, "Z") == 0 || *text == '\0')
        return true;
    if (*text != '+' && *text != '-')
        return false;
    if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 ||
        text[1 + used] || hours > 23 || minutes > 59 || hours < 0 ||
        minutes < 0)
        return false;
    *add_ms +=
        (*text == '+' ? -1 : 1) * (hours * 60 + minutes) * INT64_C(60000);
    return true;
}

static bool parse_instant(const char *text, int64_t *at)
{
    struct tm parts = {0};
    int64_t add_ms = 0;
    const char *rest = strptime(text, "%Y-%m-%d", &parts);

    if (!rest)
        return false;
    if (*rest == 'T' || *rest == ' ') {
        rest = strptime(rest + 1, "%H:%M:%S", &parts);
        if (!rest || !parse_zone(rest, &add_ms))
            return false;
    } else if (*rest) {
        return false;
    }
    *at = (int64_t)timegm(&parts) * 1000 + add_ms;
    return true;
}

bool clock_parse(const char *text, int64_t now, int64_t *at)
{
    int64_t before;

    if (parse_instant(text, at))
        return true;
    if (!clock_parse_duration(text, &before))
        return false;
    *at = now - before;
    return true;
}

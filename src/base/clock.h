/*
 * The three clocks, and instants as text. Everything else is given the time as
 * an argument, so that tests need not wait.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

int64_t clock_wall_ms(void); /* since 1970, for people and for other machines */
int64_t clock_boot_ms(void); /* never steps, runs while suspended: deadlines */

#define CLOCK_TEXT_SIZE 32

/* "2026-11-22T09:00:00.123Z"; with seconds only: "2026-11-22T09:00:00Z". */
void clock_format_ms(int64_t at, char text[CLOCK_TEXT_SIZE]);
void clock_format_seconds(int64_t at, char text[CLOCK_TEXT_SIZE]);

/*
 * RFC 3339 (without a zone: UTC), a bare date, or a duration with its unit
 * before now ("2h", "3d").
 * False and *at untouched when the text is none of these.
 */
must_check bool clock_parse(const char *text, int64_t now, int64_t *at);

/* "90s", "15m", "1h", "3d", "250ms", or a bare number of seconds; at most 10
 * years. */
must_check bool clock_parse_duration(const char *text, int64_t *ms);

#define CLOCK_AGE_SIZE 24

/* "0 s", "4 s", "5 min", "3 h", "2 d"; "-" for less than nothing. */
void clock_format_age(int64_t ms, char text[CLOCK_AGE_SIZE]);

#endif

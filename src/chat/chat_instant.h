/* Instants as they are found in chats: as text in many ways, or as a number. */
#ifndef CHAT_CHAT_INSTANT_H
#define CHAT_CHAT_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct json_t; /* jansson's */

/*
 * A date or date-time: 2014-10-09T05:28:35Z, with a fraction or without, with
 * a space instead of the T, with Z, an offset, both of them (which has been
 * seen) or neither. *at: wall clock, ms. False: a date that does not exist, one
 * before 1970 or after 9999 in UTC, or no date.
 */
must_check bool chat_instant_parse(const char *text, size_t len, int64_t *at);

/* Whole Unix seconds, up to the year 9999. */
must_check bool chat_instant_seconds(int64_t seconds, int64_t *at);

/* Either of them. */
must_check bool chat_instant_read(const struct json_t *value, int64_t *at);

#endif

/* Dates and date-times as the search language writes them. */
#ifndef CHAT_SEARCH_TIME_H
#define CHAT_SEARCH_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/*
 * YYYY-MM-DD, then perhaps THH:MM, :SS, .fff, and Z or +00:00: the time it
 * covers (a day, a minute, a second, a millisecond), both ends included; wall
 * clock, ms. Digits below a millisecond count for nothing. False for anything
 * else: another offset, a day that does not exist.
 */
must_check bool search_time_parse(const char *text, size_t len, int64_t *first,
                                  int64_t *last);

#endif

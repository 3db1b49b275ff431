/*
 * JSON walked through from left to right without making objects of it: what is
 * not wanted is stepped over. Every call returns false, and is at an end, when
 * the text breaks off or a bracket or comma is not where it must be; what is
 * stepped over is not looked at more closely than that.
 */
#ifndef CHAT_CHAT_SCAN_H
#define CHAT_CHAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct chat_scan {
    const char *at, *end;
    char *out; /* where texts are put, each with a NUL behind it: as much room
                  as the JSON is long is enough for all of them */
};

/* A text, or what stands there instead: a number, true, null. */
struct chat_scalar {
    const char *text; /* in out; NULL: it is an object or array, or nothing */
    size_t len;
    bool quoted;
};

/*
 * Called with the scan before each value, which it must read or step over. key
 * is NULL in an array.
 */
typedef bool chat_scan_value(void *context, struct chat_scan *scan,
                             const char *key, size_t key_len);

/* Every value of the object or array that begins here. */
must_check bool chat_scan_each(struct chat_scan *scan, char open,
                               chat_scan_value *value, void *context);

/* The value that begins here. */
must_check bool chat_scan_scalar(struct chat_scan *scan,
                                 struct chat_scalar *scalar);
must_check bool chat_scan_skip(struct chat_scan *scan);

/* The first character of the value that begins here; 0: there is none. */
char chat_scan_peek(struct chat_scan *scan);

#endif

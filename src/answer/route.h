/*
 * Finding the row of a table of routes that a request is meant for. A pattern
 * is a path in which "{}" stands for one segment: "/f/{}".
 */
#ifndef ANSWER_ROUTE_H
#define ANSWER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define ROUTE_ANY       "{}"
#define ROUTE_ALLOW_MAX 64 /* longer than the longest Allow header */

/* What stands for "{}" in a path that fits; a part of that path. */
struct route_segment {
    const char *text;
    size_t len;
};

/* False: segment is untouched. Without "{}" in the pattern it is empty. */
bool route_fits(const char *pattern, const char *path,
                struct route_segment *segment);

/* HEAD is answered as GET; the server leaves the body out. */
bool route_takes(const char *method, const char *asked);

/* Adds a method to the value of an Allow header. */
void route_allow(struct buf *allow, const char *method);

#endif

/* Files built into the binary: pages, scripts. Made by
 * script/cmake/embed.cmake. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *name; /* the file's base name; NULL ends the table */
    const char *data; /* ends in NUL, which len does not count */
    size_t len;
};

extern const struct embedded embedded_files[];

/* NULL when there is none of that name. */
const struct embedded *embedded_find(const char *name);

#endif

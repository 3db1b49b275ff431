/* The libraries this folder fences in, with the versions in use. */
#ifndef NET_VERSIONS_H
#define NET_VERSIONS_H

#include <stddef.h>

struct library_version {
    const char *name, *version; /* static text */
};

#define NET_VERSIONS_COUNT 4

/* Fills list, of NET_VERSIONS_COUNT entries. */
void net_versions(struct library_version *list);

#endif

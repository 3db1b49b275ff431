/* Paths and methods against patterns. See route.h. */
#include "answer/route.h"

#include <string.h>

#include "base/banned.h"

bool route_fits(const char *pattern, const char *path,
                struct route_segment *segment)
{
    const char *hole = strstr(pattern, ROUTE_ANY);
    size_t start = hole ? (size_t)(hole - pattern) : strlen(pattern);
    size_t len;

    if (strncmp(pattern, path, start) != 0)
        return false;
    path += start;
    len = hole ? strcspn(path, "/") : 0;
    if ((hole && !len) ||
        strcmp(hole ? hole + strlen(ROUTE_ANY) : "", path + len) != 0)
        return false;
    *segment = (struct route_segment){path, len};
    return true;
}

bool route_takes(const char *method, const char *asked)
{
    return strcmp(method, asked) == 0 ||
           (strcmp(asked, "HEAD") == 0 && strcmp(method, "GET") == 0);
}

void route_allow(struct buf *allow, const char *method)
{
    buf_format(allow, "%s%s", allow->len ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        buf_text(allow, ", HEAD");
}

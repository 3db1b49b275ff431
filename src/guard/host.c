/* The Host header: which names we answer to. See guard.h. */
#include "guard/guard.h"

#include <string.h>
#include <strings.h>

#include "base/banned.h"

/* How much of it is the name: "[::1]:8080" and "a.example:80" have a port. */
static size_t name_len(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');

    if (!end)
        return strlen(host);
    return (size_t)(end - host) + (host[0] == '[');
}

bool guard_host(const struct settings *settings, const char *host)
{
    if (!settings->host_count)
        return true;
    if (!host)
        return false;
    for (size_t i = 0; i < settings->host_count; i++) {
        const char *name = settings->hosts[i];
        size_t len = name_len(host);

        if (strlen(name) == len && strncasecmp(name, host, len) == 0)
            return true;
    }
    return false;
}

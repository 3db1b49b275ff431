/* Addresses of senders. See sender.h. */
#include "intake/sender.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

bool sender_trusted(const struct settings *settings,
                    const struct address *address)
{
    for (size_t i = 0; i < settings->trusted_proxy_count; i++)
        if (networks_have(settings->trusted_proxies[i], address))
            return true;
    return false;
}

/* The last entry of a list that ends at *end, which moves before it. */
static bool last_entry(const char *list, size_t *end, struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];
    size_t start, stop = *end;

    while (stop && (list[stop - 1] == ' ' || list[stop - 1] == '\t'))
        stop--;
    start = stop;
    while (start && !strchr(", \t", list[start - 1]))
        start--;
    if (stop == start || stop - start >= sizeof(text))
        return false;
    memcpy(text, list + start, stop - start);
    text[stop - start] = '\0';
    while (start && strchr(" \t", list[start - 1]))
        start--;
    *end = start && list[start - 1] == ',' ? start - 1 : 0;
    return address_parse(text, address);
}

void sender_address(const struct settings *settings, const char *peer,
                    const char *forwarded, char text[ADDRESS_TEXT_SIZE])
{
    struct address address, before;
    size_t end = forwarded ? strlen(forwarded) : 0;

    if (!address_parse(peer, &address)) {
        snprintf(text, ADDRESS_TEXT_SIZE, "%s", "");
        return;
    }
    while (end && sender_trusted(settings, &address) &&
           last_entry(forwarded, &end, &before))
        address = before;
    address_format(&address, text);
}

/* Addresses, networks and where to listen: what is read reads back the same. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/address.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    char spelled[ADDRESS_TEXT_SIZE];
    struct address address, again;
    struct listen_address where;
    struct network network;
    struct error err;

    if (address_parse(text, &address)) {
        address_format(&address, spelled);
        if (!address_parse(spelled, &again) || !address_equal(&address, &again))
            abort();
        again = address_group(&address);
        if (address_public(&again) && !address_public(&address))
            abort(); /* no block is smaller than a /64 and public outside */
    }
    if (network_parse(text, &network, &err) &&
        (!network_has(&network, &network.address) ||
         !networks_check(text, &err) || !networks_have(text, &network.address)))
        abort();
    if (listen_address_parse(text, &where, &err) && where.len == 0)
        abort();
    free(text);
    return 0;
}

/* Addresses and networks as numbers. See address.h. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define IPV4_BITS   32
#define IPV6_BITS   128
#define GROUP_BYTES 8 /* of an IPv6 address: its /64 */

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static struct address ipv4(const unsigned char *bytes)
{
    struct address address = {.bits = IPV4_BITS};

    memcpy(address.bytes, bytes, 4);
    return address;
}

static struct address ipv6(const unsigned char *bytes)
{
    struct address address = {.bits = IPV6_BITS};

    if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
        return ipv4(bytes + sizeof(mapped_prefix));
    memcpy(address.bytes, bytes, sizeof(address.bytes));
    return address;
}

/* The part of text that is the address, without the brackets. */
static bool strip(const char *text, size_t len, char out[ADDRESS_TEXT_SIZE])
{
    bool bracket = len && text[0] == '[';

    if (bracket && (len < 2 || text[len - 1] != ']'))
        return false;
    if (bracket) {
        text++;
        len -= 2;
    }
    if (len >= ADDRESS_TEXT_SIZE || memchr(text, '\0', len))
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return !bracket || strchr(out, ':');
}

static bool parse_n(const char *text, size_t len, struct address *address)
{
    char plain[ADDRESS_TEXT_SIZE];
    unsigned char bytes[16];

    if (!strip(text, len, plain))
        return false;
    if (inet_pton(AF_INET, plain, bytes) == 1)
        *address = ipv4(bytes);
    else if (inet_pton(AF_INET6, plain, bytes) == 1)
        *address = ipv6(bytes);
    else
        return false;
    return true;
}

bool address_parse(const char *text, struct address *address)
{
    return parse_n(text, strlen(text), address);
}

bool address_from_socket(const struct sockaddr *socket_address,
                         struct address *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    switch (socket_address->sa_family) {
    case AF_INET:
        memcpy(&in, socket_address, sizeof(in));
        *address = ipv4((const unsigned char *)&in.sin_addr);
        return true;
    case AF_INET6:
        memcpy(&in6, socket_address, sizeof(in6));
        *address = ipv6((const unsigned char *)&in6.sin6_addr);
        return true;
    default:
        return false;
    }
}

void address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    inet_ntop(address->bits == IPV4_BITS ? AF_INET : AF_INET6, address->bytes,
              text, ADDRESS_TEXT_SIZE);
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->bits == b->bits &&
           memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct address address_group(const struct address *address)
{
    struct address group = *address;

    if (group.bits == IPV6_BITS)
        memset(group.bytes + GROUP_BYTES, 0, sizeof(group.bytes) - GROUP_BYTES);
    return group;
}

/* Whether the first bits of both are the same. */
static bool same_prefix(const unsigned char *a, const unsigned char *b,
                        unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a, b, whole) != 0)
        return false;
    return !rest || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool network_has(const struct network *network, const struct address *address)
{
    return network->address.bits == address->bits &&
           same_prefix(network->address.bytes, address->bytes, network->bits);
}

/*
 * The special-purpose registries of IANA, and multicast. Blocks that are
 * special yet reachable (anycast of AS112 and the like) are here too: nobody
 * has a website there.
 */
/* clang-format off */
static const struct block {
    unsigned char bytes[8];
    unsigned char bits;
} ipv4_special[] = {
    { { 0 },             8  }, /* "this network" */
    { { 10 },            8  }, /* private */
    { { 100, 64 },       10 }, /* shared, behind a provider's NAT */
    { { 127 },           8  }, /* loopback */
    { { 169, 254 },      16 }, /* link-local; the clouds' metadata */
    { { 172, 16 },       12 }, /* private */
    { { 192, 0, 0 },     24 }, /* protocol assignments */
    { { 192, 0, 2 },     24 }, /* documentation */
    { { 192, 31, 196 },  24 }, /* AS112 */
    { { 192, 52, 193 },  24 }, /* AMT */
    { { 192, 88, 99 },   24 }, /* 6to4 relays, given up */
    { { 192, 168 },      16 }, /* private */
    { { 192, 175, 48 },  24 }, /* AS112 */
    { { 198, 18 },       15 }, /* benchmarks */
    { { 198, 51, 100 },  24 }, /* documentation */
    { { 203, 0, 113 },   24 }, /* documentation */
    { { 224 },           3  }, /* multicast, reserved, broadcast */
};

/* Inside 2000::/3; everything outside it is special or not given out. */
static const struct block ipv6_special[] = {
    { { 0x20, 0x01 },                         23 }, /* Teredo, ORCHID, ... */
    { { 0x20, 0x01, 0x0d, 0xb8 },             32 }, /* documentation */
    { { 0x20, 0x02 },                         16 }, /* 6to4: IPv4 inside */
    { { 0x26, 0x20, 0, 0x4f, 0x80 },          48 }, /* AS112 */
    { { 0x3f, 0xfe },                         16 }, /* 6bone, given back */
    { { 0x3f, 0xff },                         20 }, /* documentation */
};
/* clang-format on */

static const struct block ipv6_global = {{0x20}, 3};
static const unsigned char nat64_prefix[12] = {0, 0x64, 0xff, 0x9b};

static bool in_any(const struct block *blocks, size_t count,
                   const unsigned char *bytes)
{
    for (size_t i = 0; i < count; i++)
        if (same_prefix(blocks[i].bytes, bytes, blocks[i].bits))
            return true;
    return false;
}

bool address_public(const struct address *address)
{
    struct address inside;

    if (address->bits == IPV4_BITS)
        return !in_any(ipv4_special,
                       sizeof(ipv4_special) / sizeof(ipv4_special[0]),
                       address->bytes);
    if (memcmp(address->bytes, nat64_prefix, sizeof(nat64_prefix)) == 0) {
        inside = ipv4(address->bytes + sizeof(nat64_prefix));
        return address_public(&inside);
    }
    return same_prefix(ipv6_global.bytes, address->bytes, ipv6_global.bits) &&
           !in_any(ipv6_special, sizeof(ipv6_special) / sizeof(ipv6_special[0]),
                   address->bytes);
}

/* Whether every bit behind the prefix is zero. */
static bool prefix_only(const struct network *network)
{
    struct address cleared = network->address;

    for (unsigned bit = network->bits; bit < cleared.bits; bit++)
        cleared.bytes[bit / 8] &= (unsigned char)~(0x80u >> (bit % 8));
    return address_equal(&cleared, &network->address);
}

static bool parse_network_n(const char *text, size_t len,
                            struct network *network)
{
    const char *slash = memchr(text, '/', len);
    size_t address_len = slash ? (size_t)(slash - text) : len;
    char digits[4];
    struct network found = {0};
    int64_t bits;

    if (!parse_n(text, address_len, &found.address))
        return false;
    bits = found.address.bits;
    if (slash) {
        len -= address_len + 1;
        if (len == 0 || len >= sizeof(digits))
            return false;
        memcpy(digits, slash + 1, len);
        digits[len] = '\0';
        if (!text_int(digits, 0, (int64_t)found.address.bits, &bits))
            return false;
    }
    found.bits = (unsigned)bits;
    *network = found;
    return true;
}

static bool parse_checked(const char *text, size_t len, struct network *network,
                          struct error *err)
{
    struct network found;

    if (!parse_network_n(text, len, &found))
        return error_set(err, ERROR_CONFIG,
                         "'%.*s' is not a network; write one like 10.0.0.0/8, "
                         "fd00::/8 or a single address",
                         (int)len, text);
    if (!prefix_only(&found))
        return error_set(err, ERROR_CONFIG,
                         "'%.*s' has bits set behind its /%u; write the "
                         "network's first address",
                         (int)len, text, found.bits);
    *network = found;
    return true;
}

bool network_parse(const char *text, struct network *network, struct error *err)
{
    return parse_checked(text, strlen(text), network, err);
}

/* The next entry of a list; false at its end. */
static bool next_entry(const char **list, const char **entry, size_t *len)
{
    static const char between[] = ", \t\n";

    *list += strspn(*list, between);
    *len = strcspn(*list, between);
    *entry = *list;
    *list += *len;
    return *len > 0;
}

bool networks_check(const char *list, struct error *err)
{
    struct network network;
    const char *entry;
    size_t len;

    while (list && next_entry(&list, &entry, &len))
        if (!parse_checked(entry, len, &network, err))
            return false;
    return true;
}

bool networks_have(const char *list, const struct address *address)
{
    struct network network = {0};
    const char *entry;
    size_t len;

    while (list && next_entry(&list, &entry, &len))
        if (parse_checked(entry, len, &network, NULL) &&
            network_has(&network, address))
            return true;
    return false;
}

static void listen_on(struct listen_address *where,
                      const struct address *address, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(port)};

    memset(where, 0, sizeof(*where));
    if (address && address->bits == IPV4_BITS) {
        memcpy(&in.sin_addr, address->bytes, 4);
        memcpy(&where->address, &in, sizeof(in));
        where->len = sizeof(in);
        return;
    }
    where->any = !address;
    if (address)
        memcpy(&in6.sin6_addr, address->bytes, sizeof(address->bytes));
    memcpy(&where->address, &in6, sizeof(in6));
    where->len = sizeof(in6);
}

/* A host before ":port": IPv6 needs brackets, "::1:80" might mean two things.
 */
static bool parse_host(const char *text, size_t len, struct address *address)
{
    static const unsigned char loopback[4] = {127, 0, 0, 1};

    if (len == strlen("localhost") && memcmp(text, "localhost", len) == 0) {
        *address = ipv4(loopback);
        return true;
    }
    return (text[0] == '[' || !memchr(text, ':', len)) &&
           parse_n(text, len, address);
}

bool listen_address_parse(const char *text, struct listen_address *where,
                          struct error *err)
{
    const char *colon = strrchr(text, ':');
    size_t host_len = colon ? (size_t)(colon - text) : 0;
    bool any = host_len == 0 || (host_len == 1 && text[0] == '*');
    struct address address;
    int64_t port;

    if (!text_int(colon ? colon + 1 : text, 0, UINT16_MAX, &port) ||
        (!any && !parse_host(text, host_len, &address)))
        return error_set(err, ERROR_CONFIG,
                         "'%s' is not an address to listen on; write "
                         "127.0.0.1:8080, [::1]:8080 or just 8080",
                         text);
    listen_on(where, any ? NULL : &address, (uint16_t)port);
    return true;
}

/*
 * Addresses as numbers, never names: what to listen on, who a peer is, which
 * network it belongs to, and whether it is somewhere on the public internet.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/attributes.h"
#include "base/error.h"

#define ADDRESS_TEXT_SIZE 64

/* IPv4 mapped into IPv6 (::ffff:192.0.2.1) is always turned into IPv4. */
struct address {
    unsigned bits;           /* 32: IPv4; 128: IPv6 */
    unsigned char bytes[16]; /* network order; the rest of IPv4 is zero */
};

/* "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; no port, no zone, no name. */
must_check bool address_parse(const char *text, struct address *address);

/* False when it is neither IPv4 nor IPv6 (a unix socket, say). */
must_check bool address_from_socket(const struct sockaddr *socket_address,
                                    struct address *address);

void address_format(const struct address *address,
                    char text[ADDRESS_TEXT_SIZE]);
bool address_equal(const struct address *a, const struct address *b);

/*
 * What counts as one sender where senders are limited: an IPv4 address, or the
 * /64 of an IPv6 address, since one household has all of it.
 */
struct address address_group(const struct address *address);

/*
 * Whether strangers on the internet can be reached there: false for every
 * block of the IANA special-purpose registries (private, loopback, link-local
 * with the clouds' metadata, shared, documentation, benchmarks, multicast,
 * reserved, 6to4, Teredo, ...). NAT64 (64:ff9b::/96) is judged by the IPv4
 * address inside.
 */
bool address_public(const struct address *address);

/* A block of addresses: "10.0.0.0/8", "fd00::/8", or one address. */
struct network {
    struct address address;
    unsigned bits; /* how many leading bits count */
};

/* Bits set behind the prefix are an error: they are a typing mistake. */
must_check bool network_parse(const char *text, struct network *network,
                              struct error *err);
bool network_has(const struct network *network, const struct address *address);

/*
 * Lists, separated by commas or spaces: "10.0.0.0/8, fd00::/8". NULL and ""
 * are the empty list. networks_check() finds what is wrong with one when
 * settings are read; networks_have() takes an unreadable entry as no match.
 */
must_check bool networks_check(const char *list, struct error *err);
bool networks_have(const char *list, const struct address *address);

/* Where to listen. */
struct listen_address {
    struct sockaddr_storage address;
    socklen_t len;
    bool any; /* both families: IPv6 taking IPv4 too, or IPv4 alone */
};

/*
 * "127.0.0.1:8080", "[::1]:80", "localhost:80" (127.0.0.1); "8080", ":8080" and
 * "*:8080" are every address of the machine.
 */
must_check bool listen_address_parse(const char *text,
                                     struct listen_address *where,
                                     struct error *err);

#endif

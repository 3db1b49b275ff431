/*
 * A host name's addresses, without holding up the loop: getaddrinfo() in a
 * thread of its own, so that names mean here what they mean to every other
 * program on the machine.
 */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "net/loop.h"

struct lookup;

/* found: to be freed by the callee, by freeaddrinfo(); or NULL, and why. */
typedef void lookup_done(void *context, struct addrinfo *found,
                         const char *why);

/*
 * done is called exactly once, never from inside this call, unless
 * lookup_cancel() comes first. The handle is gone after done was called. NULL
 * when no descriptor is left.
 */
struct lookup *lookup_start(struct loop *loop, const char *host,
                            const char *port, lookup_done *done, void *context);
void lookup_cancel(struct lookup *lookup);

/* At once, when host is an address written in numbers. */
must_check bool lookup_literal(const char *host, const char *port,
                               struct addrinfo **found);

#endif

/* How many connections each sender has open (address_group()). */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "net/address.h"

struct peers;

struct peers *peers_new(size_t max_each); /* 0: no limit */
void peers_free(struct peers *peers);

/* False, and not counted, when this sender has its share already. */
must_check bool peers_add(struct peers *peers, const struct address *address);
void peers_remove(struct peers *peers, const struct address *address);

#endif

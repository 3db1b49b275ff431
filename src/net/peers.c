/*
 * Connections by sender, in a hash table that doubles. See peers.h. The hash is
 * keyed by chance, so that nobody can choose addresses that collide.
 */
#include "net/peers.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"

#include "base/banned.h"

#define FIRST_BUCKETS 64 /* a power of two */

struct peer {
    struct peer *next;
    struct address group;
    size_t count;
};

struct peers {
    size_t max_each;
    uint64_t keys[3];
    struct peer **buckets; /* owned, and so are the lists */
    size_t bucket_count;   /* a power of two */
    size_t peer_count;
};

struct peers *peers_new(size_t max_each)
{
    struct peers *peers = NEW(struct peers);

    peers->max_each = max_each;
    peers->bucket_count = FIRST_BUCKETS;
    peers->buckets = NEW_ARRAY(FIRST_BUCKETS, struct peer *);
    crypto_random(peers->keys, sizeof(peers->keys));
    return peers;
}

void peers_free(struct peers *peers)
{
    if (!peers)
        return;
    for (size_t i = 0; i < peers->bucket_count; i++)
        while (peers->buckets[i]) {
            struct peer *peer = peers->buckets[i];

            peers->buckets[i] = peer->next;
            free(peer);
        }
    free(peers->buckets);
    free(peers);
}

/* Multiply-shift: two random odd factors over the two halves. */
static struct peer **bucket_of(const struct peers *peers,
                               const struct address *group)
{
    uint64_t halves[2], hash;

    memcpy(halves, group->bytes, sizeof(halves));
    hash = (halves[0] ^ peers->keys[2]) * (peers->keys[0] | 1);
    hash ^= hash >> 32;
    hash = (hash + halves[1]) * (peers->keys[1] | 1);
    hash ^= hash >> 32;
    return &peers->buckets[hash & (peers->bucket_count - 1)];
}

/* Where the peer is linked in, or where it would be. */
static struct peer **find(const struct peers *peers,
                          const struct address *group)
{
    struct peer **link = bucket_of(peers, group);

    while (*link && !address_equal(&(*link)->group, group))
        link = &(*link)->next;
    return link;
}

static void grow(struct peers *peers)
{
    struct peer **old = peers->buckets;
    size_t old_count = peers->bucket_count;

    peers->bucket_count *= 2;
    peers->buckets = NEW_ARRAY(peers->bucket_count, struct peer *);
    for (size_t i = 0; i < old_count; i++)
        while (old[i]) {
            struct peer *peer = old[i];
            struct peer **bucket = bucket_of(peers, &peer->group);

            old[i] = peer->next;
            peer->next = *bucket;
            *bucket = peer;
        }
    free(old);
}

bool peers_add(struct peers *peers, const struct address *address)
{
    struct address group = address_group(address);
    struct peer *peer;
    struct peer **link;

    if (!peers->max_each)
        return true;
    if (peers->peer_count == peers->bucket_count)
        grow(peers);
    link = find(peers, &group);
    if (!*link) {
        peer = NEW(struct peer);
        peer->group = group;
        *link = peer;
        peers->peer_count++;
    }
    if ((*link)->count == peers->max_each)
        return false;
    (*link)->count++;
    return true;
}

void peers_remove(struct peers *peers, const struct address *address)
{
    struct address group = address_group(address);
    struct peer *peer;
    struct peer **link;

    if (!peers->max_each)
        return;
    link = find(peers, &group);
    peer = *link;
    assert(peer && peer->count);
    if (--peer->count)
        return;
    *link = peer->next;
    peers->peer_count--;
    free(peer);
}

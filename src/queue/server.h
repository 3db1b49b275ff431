/* What there is to know of a Redis server, and whether it will do. */
#ifndef QUEUE_SERVER_H
#define QUEUE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "net/redis.h"

struct server {
    char run_id[64];
    char version[32];
    char role[16];
    char policy[32];      /* maxmemory-policy */
    char appendonly[8];   /* "yes", "no" */
    char appendfsync[16]; /* "always", ...; "" when CONFIG is not allowed */
    int64_t used_memory, max_memory;
    int64_t uncounted;      /* of used_memory, when it is compared with that */
    char load_truncated[8]; /* aof-load-truncated; "" when it is not known */
    int64_t file_size;      /* bytes of its append-only file */
    int64_t rewrites;       /* of that file since it was started */
    int64_t rewriting;      /* 1: one is under way */
    int64_t rewrite_scheduled; /* 1: one begins when another child has ended */
    char rewrite_status[8];    /* of the last that ended: "ok", "err" */
    bool mended;               /* and known to be, since it was started */
    int64_t replicas;
    int64_t min_replicas; /* without so many it takes no writes; 0: not known */
    bool promoted;        /* it was somebody's replica once */
};

/* A reply of INFO. */
void server_read_info(struct server *server, const struct redis_reply *reply);
/* A reply of CONFIG GET; an error reply leaves everything as it is. */
void server_read_config(struct server *server, const struct redis_reply *reply);

/* Whether it may hold a queue; why says what is wrong and what to do. */
must_check bool server_fit(const struct server *server, char *why, size_t size);

/* What counts when it looks whether there is room; whether there is none. */
int64_t server_memory(const struct server *server);
bool server_full(const struct server *server);

/* Whether each answer of it means that the write is on disk. */
bool server_on_disk(const struct server *server);

/* Whether it cannot have lost an answered write by a restart, as far as can be
 * seen from it alone: everything on disk, nobody's replica, no replicas. */
bool server_sure(const struct server *server);

/* Whether its append-only file may still hold the beginning of a move that was
 * cut off when the server died: see mend.h. */
bool server_unmended(const struct server *server);

/* Whether the last writing anew of that file has come to nothing. */
bool server_rewrite_failed(const struct server *server);

#endif

/*
 * The Redis that `up` runs when the settings name none: on a unix socket in the
 * data folder, every write on disk before it is answered, kept between runs.
 */
#ifndef DAEMON_PRIVATE_REDIS_H
#define DAEMON_PRIVATE_REDIS_H

#include "base/error.h"
#include "daemon/supervise.h"

struct private_redis {
    char *folder; /* owned; absolute; holds the append-only file */
    char *socket; /* owned; absolute */
    char *url;    /* owned; unix://... */
    int lock;     /* held by us and by the server: one of them at a time */
};

/*
 * Makes the folder and takes its lock; waits a few seconds for a server that is
 * still stopping. err says who has it.
 */
must_check bool private_redis_init(struct private_redis *redis,
                                   const char *data_dir, struct error *err);
void private_redis_add(const struct private_redis *redis,
                       struct supervisor *supervisor);
void private_redis_clear(struct private_redis *redis);

#endif

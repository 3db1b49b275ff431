/* What a queue consists of; for the files of this folder only. */
#ifndef QUEUE_STATE_H
#define QUEUE_STATE_H

#include <stdbool.h>

#include "net/loop.h"
#include "net/redis.h"
#include "queue/batch.h"
#include "queue/bell.h"
#include "queue/call.h"
#include "queue/full.h"
#include "queue/janitor.h"
#include "queue/left.h"
#include "queue/mend.h"
#include "queue/queue.h"
#include "queue/replays.h"
#include "queue/server.h"
#include "queue/watch.h"

#define QUEUE_WHY_SIZE 256

/* Of which name a destination's token is that this process uses. */
struct queue_access {
    char destination[ID_NAME_MAX + 1];
    char with[TURN_WITH_SIZE];
};

struct queue {
    struct loop *loop;
    struct settings *settings;    /* held */
    struct redis_options options; /* owned */
    struct redis *redis;          /* the moves; bell and watch have their own */
    struct timer *tick;           /* of the calls that wait */
    int64_t tick_at;              /* boot clock, ms; 0: not running */
    struct call_list waiting;
    bool closing;

    /* Of meeting the server: see meeting.h. */
    struct timer *again;
    bool meeting;
    bool meet_stale; /* the settings changed meanwhile: once more */
    bool ready;
    char why[QUEUE_WHY_SIZE]; /* unless ready: what is missing, what to do */
    struct server server;
    struct server next_server; /* while meeting */
    size_t meets_open;         /* destinations not answered for yet */
    bool meet_failed;
    struct mending mending;
    struct fullness full;
    int64_t
        tidy_at; /* boot clock: libraries that are not used are looked for */

    struct queue_access *accesses; /* owned; those it was told of */
    size_t access_count;

    struct batcher batcher;
    struct bell bell;
    struct watches watches;
    struct janitor janitor;
    struct left_watch left;
    struct replay_runner replays;
};

/* Boot clock: how long a lease of that destination is; a usual one when the
 * settings have no such destination any more. */
int64_t queue_lease_ms(const struct queue *queue, const char *destination);

/* "" when none is known. */
const char *queue_access_name(const struct queue *queue,
                              const char *destination);

/* Whether text can be an id of ours, of a message or a news, and of which
 * destination. Nothing else may become part of a key. */
must_check bool queue_id_read(const char *id, char name[ID_NAME_MAX + 1]);

#endif

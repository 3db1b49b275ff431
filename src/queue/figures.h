/*
 * What is told of a destination and of the server in figures. A part of
 * queue.h, which is what others include.
 */
#ifndef QUEUE_FIGURES_H
#define QUEUE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "submission/outcome.h"
#include "submission/stage.h"

struct queue; /* queue.h */

#define TALLY_GONE_MAX 8
#define TALLY_WHY_SIZE 160

struct tally {
    int64_t
        due[STAGE_COUNT]; /* by stage: deliver, resolve, reconcile, callback */
    /* By stage; deliver: since the oldest that waits came in (of very many that
     * were tried already: of those that were tried least or most); the others:
     * for how long the oldest is overdue. 0: none. */
    int64_t oldest_ms[STAGE_COUNT];
    int64_t running, dead, done, held;
    bool left;             /* the settings do not have the destination */
    enum hold_reason hold; /* of the destination */
    int64_t hold_until;    /* wall clock, ms; 0: until resumed */
    int64_t budget_left;   /* -1: no limit */
    int64_t accepted, delivered, linked, unlinked, failed; /* since ever */
    int64_t
        grace_ms; /* so long nothing leaves: Redis was replaced; 0: it does */
    int64_t probe_at; /* wall clock, ms: the breaker is open, and one request is
                         let through then; 0: it is closed */
    int64_t brown_until; /* wall clock, ms: a brown-out; 0: there is none */
    bool asking; /* a token was refused: one request asks before the others go
                    on, once the hold is over */
    bool asking_tickets; /* likewise, only of those that ask for tickets */
    char trouble[TALLY_WHY_SIZE]; /* why there is no new access token, or "" */
    int64_t trouble_since, again_at; /* wall clock, ms; 0: not by itself */
    struct {
        char form[ID_NAME_MAX + 1];
        int64_t since;      /* wall clock, ms */
    } gone[TALLY_GONE_MAX]; /* forms of the settings whose receiver said 410 */
    size_t gone_count;
};
typedef void queue_tallied(void *context, const struct tally *tally,
                           const struct error *err);
void queue_tally(struct queue *queue, const char *destination,
                 queue_tallied *tallied, void *context);

/* What `check` reports of the server. Texts valid only inside the call. */
struct queue_server {
    const char *version, *policy, *appendonly, *appendfsync, *role;
    int64_t used_memory, max_memory;
    bool full;             /* it takes nothing new */
    int64_t clock_skew_ms; /* its clock less ours */
    int64_t replicas,
        min_replicas; /* that it has; that it will not do without */
    bool on_disk;     /* each answer of it is */
    bool library_loaded;
};
typedef void queue_checked(void *context, const struct queue_server *server,
                           const struct error *err);
void queue_check(struct queue *queue, queue_checked *checked, void *context);

#endif

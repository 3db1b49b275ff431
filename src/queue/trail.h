/* Along one of a destination's sorted sets, a short command at a time. */
#ifndef QUEUE_TRAIL_H
#define QUEUE_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/queue.h"

#define TRAIL_SET_SIZE 64

struct trail;
/* The spots are in trail->spots until the next step. */
typedef void trail_done(void *context, const struct error *err);

/*
 * Where a walk is, so that what is added or taken away beside it moves nothing:
 * it goes on after the last spot it gave.
 */
struct trail {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    char set[TRAIL_SET_SIZE]; /* "all", "mail:<hash>" */
    bool newest_first;
    int64_t from, to; /* scores, both included */
    bool begun;
    struct held_spot last; /* if begun: go on after this one */

    struct held_spot *spots; /* owned; of the last step */
    size_t count, size;
    bool over; /* there are no more */

    size_t asked, wanted;
    trail_done *done;
    void *context;
};

void trail_init(struct trail *trail, struct queue *queue,
                const char *destination, const char *set);
void trail_clear(struct trail *trail);

/* Up to n spots more. At least one, unless it is over. */
void trail_step(struct trail *trail, size_t n, trail_done *done, void *context);

#endif

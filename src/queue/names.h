/*
 * Which destinations there ever were: the settings have those of now, Redis
 * remembers all that were met and may have something left.
 */
#ifndef QUEUE_NAMES_H
#define QUEUE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "net/redis.h"

struct queue;

/* Puts down the names of the settings. Needs no library; written once an hour
 * at most, however often it is called. */
void names_meet(struct queue *queue, redis_done *done, void *context);

/* Whether it failed for want of memory: nothing is accepted then either, and it
 * is put down at a later meeting. */
bool names_no_room(const struct redis_answer *answer);

struct name {
    char text[ID_NAME_MAX + 1];
    bool left;      /* the settings do not have it */
    int64_t met_at; /* wall clock, ms, to the hour; of those that were left */
};
/* The list is valid only inside the call. */
typedef void names_told(void *context, const struct name *list, size_t count,
                        const struct error *err);
/* Those of the settings, then those that were left. */
void names_ask(struct queue *queue, names_told *told, void *context);

/* Of one that was left and has nothing: its name goes, unless some process has
 * met it in the last hours, by other settings. */
void names_drop(struct queue *queue, const struct name *name);

#endif

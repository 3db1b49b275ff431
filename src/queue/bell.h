/*
 * The doorbell: a connection that waits (BLPOP) until something may have become
 * due. Losing a ring costs no more than the poll it would have saved.
 */
#ifndef QUEUE_BELL_H
#define QUEUE_BELL_H

#include <stdbool.h>

struct queue;
struct redis;
struct timer;

struct bell {
    struct queue *queue;
    struct redis *redis; /* NULL until somebody listens */
    struct timer *soon;
    void (*rung)(void *context);
    void *context;
};

void bell_clear(struct bell *bell);

#endif

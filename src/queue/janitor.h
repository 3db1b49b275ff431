/* The janitor: leases that ran out go back, what was kept long enough goes. */
#ifndef QUEUE_JANITOR_H
#define QUEUE_JANITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;
struct timer;

struct janitor {
    struct queue *queue;
    struct timer *timer; /* NULL until started */
    int64_t sweep_at;    /* boot clock: when to sweep next */
    size_t sweeping;     /* messages being erased */
    bool more, progress; /* there may be more; at least one of them went */
};

void janitor_clear(struct janitor *janitor);

#endif

/* Who watches which submission, by Redis's PUBLISH on a connection of its own.
 */
#ifndef QUEUE_WATCH_H
#define QUEUE_WATCH_H

#include <stddef.h>

struct queue;
struct redis;
struct timer;
struct watch_channel;

struct watches {
    struct queue *queue;
    struct redis *redis; /* NULL until the first watch */
    struct watch_channel **table;
    size_t size, count; /* of the table; of the channels in it */
};

void watches_init(struct watches *watches, struct queue *queue);
void watches_clear(struct watches *watches);

#endif

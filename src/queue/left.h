/*
 * Destinations that the settings do not have any more, and that still have
 * something: whoever works says so.
 */
#ifndef QUEUE_LEFT_H
#define QUEUE_LEFT_H

#include <stddef.h>
#include <stdint.h>

struct left; /* queue.h */
struct queue;

struct left_watch {
    int64_t look_at;   /* boot clock: when to look next; 0: now */
    struct left *list; /* owned; as they were seen, for the janitor's sweep */
    size_t count;
};

/* Looks and logs, once an hour however often it is called. */
void left_look(struct queue *queue, int64_t now);
void left_clear(struct left_watch *watch);

#endif

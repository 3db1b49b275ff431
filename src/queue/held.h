/* Reading messages by their ids, in calls that are short whatever their size.
 */
#ifndef QUEUE_HELD_H
#define QUEUE_HELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"
#include "queue/queue.h"

/* The most that one call asks for, and about how many bytes it brings. */
#define HELD_SLICE 64
#define HELD_ROOM  ((size_t)256 * 1024)

/* All of a page, an export, a list by ids. */
#define HELD_MOST ((size_t)64 * 1024 * 1024)

/*
 * Reads them in their order; those that are gone are passed over. lean: in any
 * order, and of those with a body nothing else. Ends with one call of done.
 * Takes ids, which is freed.
 */
struct held_reading {
    const char *destination;
    char (*ids)[ID_SIZE];
    size_t count;
    bool lean;
};
void held_read(struct queue *queue, const struct held_reading *reading,
               queue_held_slice *slice, queue_done *done, void *context);

/* Copies that are kept until all are there. */
struct held_list {
    struct held *list; /* owned, each text too */
    size_t count, size, bytes;
};
void held_list_add(struct held_list *list, const struct held *held);
void held_list_clear(struct held_list *list);

/* The same, all at once. Takes ids. */
void held_collect(struct queue *queue, const char *destination,
                  char (*ids)[ID_SIZE], size_t count, queue_held *found,
                  void *context);

#endif

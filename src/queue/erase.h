/* Erasing an item: everything of it, its news included, in one step. */
#ifndef QUEUE_ERASE_H
#define QUEUE_ERASE_H

#include "net/redis.h"
#include "queue/queue.h"

/* mode: "forget", "discard" (only if quarantined), "sweep" (only if its keeping
 * time is over). Counts 1, or 0 when there was nothing to erase. */
void erase_item(struct queue *queue, const char *mode, const char *id,
                queue_count_done *done, void *context);

/* From now on what was received before, and comes from a journal, is not taken.
 * The answer is the id that `id` stands for, or "". */
struct gone {
    const char *id;    /* or: */
    const char *email; /* a hash of it */
    const char *key;   /* of the id; NULL, "": none */
};
void bring_never(struct queue *queue, const char *destination,
                 const struct gone *gone, redis_done *done, void *context);

#endif

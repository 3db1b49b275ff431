/* Many items of one destination, read in one step. */
#ifndef QUEUE_ROWS_H
#define QUEUE_ROWS_H

#include "base/id.h"
#include "queue/queue.h"
#include "queue/state.h"

struct rows {
    const char *destination; /* borrowed for the call, as ids are */
    char (*ids)[ID_SIZE];
    size_t count;
    bool with_message;
};

/* The answer has a row for each id, in their order. */
void rows_ask(struct queue *queue, const struct rows *rows, redis_done *done,
              void *context);

/* False: there is no such item any more. The caller clears it. */
must_check bool rows_read(const char *id, const struct redis_reply *row,
                          struct submission *submission);

#endif

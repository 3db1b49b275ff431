/*
 * What is asked for during one turn of the loop leaves in one call of a
 * function for each kind and destination: that costs Redis much less than one
 * call each, and nobody waits longer for it.
 */
#ifndef QUEUE_BATCH_H
#define QUEUE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "queue/call.h"
#include "queue/command.h"

struct queue;
struct timer;
struct batch;

/* Told once of each that joined, never from inside. row: the function's word on
 * this one; NULL when the call failed (see call_failed()). */
typedef void batch_told(void *context, const struct redis_answer *answer,
                        const struct redis_reply *row);

struct batch_kind {
    const char *function;
    bool repeat; /* also when it may have been done already */
    /* Adds the keys, then the arguments, that all of a batch share. */
    void (*begin)(const struct queue *queue, const char *destination,
                  struct command *keys, struct command *arguments);
    batch_told *told;
};

/* Where one that joins adds its own keys and arguments, at once. */
struct batch_place {
    struct command *keys, *arguments;
};

struct batcher {
    struct queue *queue;
    struct batch *gathering; /* a list; mostly none or one */
    struct timer *soon;
};

void batcher_init(struct batcher *batcher, struct queue *queue);
/* Sends what is gathered: when the queue ends, so that it is told. */
void batcher_flush(void *batcher);
void batcher_clear(struct batcher *batcher);

/* patience_ms: see struct call_plan. */
struct batch_place batch_join(struct batcher *batcher,
                              const struct batch_kind *kind,
                              const char *destination, int64_t patience_ms,
                              void *context);

#endif

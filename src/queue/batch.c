/* Calls gathered in one turn of the loop. See batch.h. */
#include "queue/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

/* More in one call would keep Redis from others for too long. */
#define BATCH_MAX   32
#define BATCH_BYTES ((size_t)256 * 1024)

struct batch {
    struct batch *next; /* while gathering */
    const struct batch_kind *kind;
    char destination[ID_NAME_MAX + 1];
    int64_t patience_ms;
    struct command command; /* the function and its keys */
    struct command arguments;
    void *contexts[BATCH_MAX]; /* of those that joined */
    size_t count;
};

static void answered(void *context, const struct redis_answer *answer)
{
    struct batch *batch = context;
    struct error err;
    bool failed = call_failed(answer, &err);

    for (size_t i = 0; i < batch->count; i++)
        batch->kind->told(batch->contexts[i], answer,
                          failed ? NULL : redis_at(answer->reply, i));
    free(batch);
}

void batcher_init(struct batcher *batcher, struct queue *queue)
{
    batcher->queue = queue;
    batcher->soon = timer_new(queue->loop, batcher_flush, batcher);
}

void batcher_flush(void *context)
{
    struct batcher *batcher = context;
    struct batch *batch;

    while ((batch = batcher->gathering)) {
        struct call_plan plan = {batch->patience_ms, batch->kind->repeat};

        batcher->gathering = batch->next;
        command_add(&batch->command, &batch->arguments);
        command_clear(&batch->arguments);
        call_start(batcher->queue, &batch->command, plan, answered, batch);
    }
}

void batcher_clear(struct batcher *batcher)
{
    timer_free(batcher->soon);
    batcher->soon = NULL;
}

static bool is_full(const struct batch *batch)
{
    return batch->count == BATCH_MAX ||
           batch->arguments.bytes.len >= BATCH_BYTES;
}

static struct batch *batch_new(struct batcher *batcher,
                               const struct batch_kind *kind,
                               const char *destination, int64_t patience_ms)
{
    struct batch *batch = NEW(struct batch), **link = &batcher->gathering;

    batch->kind = kind;
    snprintf(batch->destination, sizeof(batch->destination), "%s", destination);
    batch->patience_ms = patience_ms;
    command_function(&batch->command, kind->function);
    command_part(&batch->arguments);
    kind->begin(batcher->queue, destination, &batch->command,
                &batch->arguments);
    while (*link) /* they leave in the order they began in */
        link = &(*link)->next;
    *link = batch;
    timer_start(batcher->soon, 0);
    return batch;
}

struct batch_place batch_join(struct batcher *batcher,
                              const struct batch_kind *kind,
                              const char *destination, int64_t patience_ms,
                              void *context)
{
    struct batch *batch = batcher->gathering;

    while (batch && (is_full(batch) || batch->kind != kind ||
                     batch->patience_ms != patience_ms ||
                     strcmp(batch->destination, destination) != 0))
        batch = batch->next;
    if (!batch)
        batch = batch_new(batcher, kind, destination, patience_ms);
    batch->contexts[batch->count++] = context;
    return (struct batch_place){&batch->command, &batch->arguments};
}

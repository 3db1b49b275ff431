/* A page of messages in the order they were received. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/held.h"
#include "queue/state.h"
#include "queue/trail.h"

#include "base/banned.h"

struct paging {
    struct queue *queue;
    struct trail trail;
    size_t limit;
    uint64_t total;
    bool more;
    queue_held_paged *paged;
    void *context;
};

static void finish(struct paging *job, const struct held_paged *page,
                   const struct error *err)
{
    job->paged(job->context, err ? NULL : page, err);
    trail_clear(&job->trail);
    free(job);
}

/* What was read: the rest is gone meanwhile, and their spots go too. */
static void found(void *context, const struct held *list, size_t count,
                  const struct error *err)
{
    struct paging *job = context;
    struct held_spot *spots = job->trail.spots;
    struct held_paged page = {
        .list = list,
        .spots = spots,
        .count = count,
        .more = job->more,
        .total = job->total,
    };
    size_t kept = 0;

    for (size_t i = 0; !err && i < job->trail.count && kept < count; i++)
        if (strcmp(spots[i].id, list[kept].id) == 0)
            spots[kept++] = spots[i];
    finish(job, &page, err);
}

static void counted(void *context, const struct redis_answer *answer)
{
    struct paging *job = context;
    size_t count = job->trail.count;
    char(*ids)[ID_SIZE];
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, NULL, &err);
        return;
    }
    job->total = (uint64_t)redis_integer(answer->reply);
    job->more = count > job->limit;
    if (job->more)
        count = job->limit;
    ids = alloc_zero(count + 1, ID_SIZE);
    for (size_t i = 0; i < count; i++)
        memcpy(ids[i], job->trail.spots[i].id, ID_SIZE);
    held_collect(job->queue, job->trail.destination, ids, count, found, job);
}

static void walked(void *context, const struct error *err)
{
    struct paging *job = context;
    struct command command;

    if (err) {
        finish(job, NULL, err);
        return;
    }
    command_plain(&command, "ZCARD");
    command_key(&command, job->trail.destination, "all", "");
    call_start(job->queue, &command, (struct call_plan){0, true}, counted, job);
}

void queue_held_page(struct queue *queue, const struct held_page *page,
                     queue_held_paged *paged, void *context)
{
    struct paging *job = NEW(struct paging);

    job->queue = queue;
    job->limit = page->limit;
    job->paged = paged;
    job->context = context;
    trail_init(&job->trail, queue, page->destination, "all");
    job->trail.newest_first = !page->newer;
    if (page->from) {
        job->trail.last = *page->from;
        job->trail.begun = true;
    }
    trail_step(&job->trail, page->limit + 1, walked, job);
}

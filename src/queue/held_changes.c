/*
 * What has changed since. A message that changed, or was accepted late, lies in
 * "upd" by when that was; all lie in "all" by when they were received, and
 * those that are in "upd" too are passed over there. Both are walked side by
 * side, and a second counts only when both are past it: then all of it is
 * known, and can be put in order.
 */
#include "queue/queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/held.h"
#include "queue/state.h"
#include "queue/trail.h"

#include "base/banned.h"

#define IDS       1000
#define SECOND_MS 1000

struct changing {
    struct queue *queue;
    struct trail accepted, updated;
    struct held_spot after; /* its at is in seconds */
    size_t limit;
    struct held_spot *spots; /* owned; likewise */
    size_t count, size;
    struct held_spot end; /* of what is read; likewise */
    queue_held_slice *slice;
    queue_held_changed *done;
    void *context;
};

static void go_on(struct changing *job);

static void finish(struct changing *job, const struct error *err)
{
    job->done(job->context, err ? NULL : &job->end, err);
    trail_clear(&job->accepted);
    trail_clear(&job->updated);
    free(job->spots);
    free(job);
}

static bool pass_on(void *context, const struct held *list, size_t count)
{
    struct changing *job = context;

    return job->slice(job->context, list, count);
}

static void have_read(void *context, const struct error *err)
{
    finish(context, err);
}

static int compare(const void *a, const void *b)
{
    const struct held_spot *one = a, *other = b;

    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    return strcmp(one->id, other->id);
}

static void keep(struct changing *job, const struct held_spot *spot)
{
    struct held_spot kept = *spot;

    kept.at /= SECOND_MS;
    if (compare(&kept, &job->after) <= 0)
        return;
    if (job->count == job->size) {
        job->size = job->size ? 2 * job->size : IDS;
        job->spots = alloc_resize(job->spots, job->size, sizeof(*job->spots));
    }
    job->spots[job->count++] = kept;
}

/* The first second that this walk may still bring something of. */
static int64_t open_second(const struct trail *trail)
{
    if (trail->over)
        return INT64_MAX;
    return trail->begun ? trail->last.at / SECOND_MS : INT64_MIN;
}

/* How many of the spots are of seconds that are known whole; those first. */
static size_t settle(struct changing *job)
{
    int64_t one = open_second(&job->accepted);
    int64_t other = open_second(&job->updated);
    int64_t open = one < other ? one : other;
    size_t known = 0;

    if (job->count)
        qsort(job->spots, job->count, sizeof(*job->spots), compare);
    while (known < job->count && job->spots[known].at < open)
        known++;
    return known;
}

static void read_them(struct changing *job, size_t count)
{
    const struct held_reading reading = {
        .destination = job->accepted.destination,
        .ids = alloc_zero(count + 1, ID_SIZE),
        .count = count,
    };

    for (size_t i = 0; i < count; i++)
        memcpy(reading.ids[i], job->spots[i].id, ID_SIZE);
    job->end = count ? job->spots[count - 1] : job->after;
    held_read(job->queue, &reading, pass_on, have_read, job);
}

static void updated(void *context, const struct error *err)
{
    struct changing *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    for (size_t i = 0; i < job->updated.count; i++)
        keep(job, &job->updated.spots[i]);
    go_on(job);
}

/* Those that are in "upd" are told of there. */
static void scored(void *context, const struct redis_answer *answer)
{
    struct changing *job = context;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    for (size_t i = 0; i < job->accepted.count; i++)
        if (redis_type(redis_at(answer->reply, i)) == REDIS_TYPE_NIL)
            keep(job, &job->accepted.spots[i]);
    go_on(job);
}

static void accepted(void *context, const struct error *err)
{
    struct changing *job = context;
    struct command command;

    if (err) {
        finish(job, err);
        return;
    }
    if (job->accepted.count == 0) {
        go_on(job);
        return;
    }
    command_plain(&command, "ZMSCORE");
    command_key(&command, job->accepted.destination, "upd", "");
    for (size_t i = 0; i < job->accepted.count; i++)
        command_text(&command, job->accepted.spots[i].id);
    call_start(job->queue, &command, (struct call_plan){0, true}, scored, job);
}

/* Whichever is behind takes a step, until enough is known. */
static void go_on(struct changing *job)
{
    size_t known = settle(job);

    if (known >= job->limit || (job->accepted.over && job->updated.over))
        read_them(job, known < job->limit ? known : job->limit);
    else if (open_second(&job->accepted) <= open_second(&job->updated))
        trail_step(&job->accepted, IDS, accepted, job);
    else
        trail_step(&job->updated, IDS, updated, job);
}

/*
 * The running second may get changes still; the one before, what was received
 * then and is accepted within LATE_MS (scripts/) of that.
 */
static void timed(void *context, const struct redis_answer *answer)
{
    struct changing *job = context;
    int64_t now = redis_integer(redis_at(answer->reply, 0));
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    job->accepted.to = job->updated.to = (now - 1) * SECOND_MS - 1;
    go_on(job);
}

void queue_held_changes(struct queue *queue, const struct held_since *since,
                        queue_held_slice *slice, queue_held_changed *done,
                        void *context)
{
    struct changing *job = NEW(struct changing);
    struct command command;

    assert(since->second >= 0 && since->second <= INT64_MAX / SECOND_MS);
    job->queue = queue;
    job->limit = since->limit;
    job->after.at = since->second;
    snprintf(job->after.id, sizeof(job->after.id), "%s", since->id);
    job->slice = slice;
    job->done = done;
    job->context = context;
    trail_init(&job->accepted, queue, since->destination, "all");
    trail_init(&job->updated, queue, since->destination, "upd");
    job->accepted.from = job->updated.from = since->second * SECOND_MS;
    command_plain(&command, "TIME");
    call_start(queue, &command, (struct call_plan){0, true}, timed, job);
}

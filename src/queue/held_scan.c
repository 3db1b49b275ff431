/*
 * Through all messages of a span of time. Most are found by when they were
 * received; those that say to be of another time, by that. The ids come a
 * thousand at a time, the messages in calls that are short whatever their size.
 */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/email.h"
#include "queue/held.h"
#include "queue/state.h"
#include "queue/trail.h"

#include "base/banned.h"

#define IDS 1000

/* A message whose time is further from when it was received lies in "at" too:
 * OWN_TIME_MS in scripts/. */
#define OWN_TIME_MS INT64_C(60000)

struct scanning {
    struct queue *queue;
    struct trail trail;
    int64_t from, to;
    bool own_time;         /* walking "at"; then comes "all" */
    char (*seen)[ID_SIZE]; /* owned; those of "at" */
    size_t seen_count;
    bool enough;
    queue_held_slice *slice;
    queue_done *done;
    void *context;
};

static void go_on(struct scanning *job);

static void finish(struct scanning *job, const struct error *err)
{
    job->done(job->context, err);
    trail_clear(&job->trail);
    free(job->seen);
    free(job);
}

static bool pass_on(void *context, const struct held *list, size_t count)
{
    struct scanning *job = context;

    job->enough = !job->slice(job->context, list, count);
    return !job->enough;
}

static void have_read(void *context, const struct error *err)
{
    struct scanning *job = context;

    if (err || job->enough)
        finish(job, err);
    else
        go_on(job);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The trail's ids, but those that were seen by their own time. */
static size_t take_ids(const struct scanning *job, char (*ids)[ID_SIZE])
{
    size_t count = 0;

    for (size_t i = 0; i < job->trail.count; i++) {
        const char *id = job->trail.spots[i].id;

        if (!job->own_time && job->seen_count &&
            bsearch(id, job->seen, job->seen_count, ID_SIZE, compare))
            continue;
        memcpy(ids[count++], id, ID_SIZE);
    }
    return count;
}

static void note_seen(struct scanning *job, char (*ids)[ID_SIZE], size_t count)
{
    if (!job->own_time || !count)
        return;
    job->seen = alloc_resize(job->seen, job->seen_count + count, ID_SIZE);
    memcpy(job->seen + job->seen_count, ids, count * ID_SIZE);
    job->seen_count += count;
}

static void walked(void *context, const struct error *err)
{
    struct scanning *job = context;
    struct held_reading reading = {.destination = job->trail.destination,
                                   .lean = true};

    if (err) {
        finish(job, err);
        return;
    }
    reading.ids = alloc_zero(job->trail.count + 1, ID_SIZE);
    reading.count = take_ids(job, reading.ids);
    note_seen(job, reading.ids, reading.count);
    held_read(job->queue, &reading, pass_on, have_read, job);
}

static void begin(struct scanning *job, const char *set, int64_t slack)
{
    struct queue *queue = job->queue;
    char destination[ID_NAME_MAX + 1];

    memcpy(destination, job->trail.destination, sizeof(destination));
    trail_clear(&job->trail);
    trail_init(&job->trail, queue, destination, set);
    job->trail.newest_first = true;
    job->trail.from =
        job->from > INT64_MIN + slack ? job->from - slack : INT64_MIN;
    job->trail.to = job->to < INT64_MAX - slack ? job->to + slack : INT64_MAX;
}

static void go_on(struct scanning *job)
{
    if (job->trail.over && job->own_time) {
        job->own_time = false;
        if (job->seen_count)
            qsort(job->seen, job->seen_count, ID_SIZE, compare);
        begin(job, "all", OWN_TIME_MS);
    }
    if (job->trail.over)
        finish(job, NULL);
    else
        trail_step(&job->trail, IDS, walked, job);
}

static void begin_with(struct scanning *job, const char *email)
{
    char set[TRAIL_SET_SIZE] = "mail:", canonical[EMAIL_SIZE];
    const char *why;
    const char *name = email_read(email, canonical, &why) ? canonical : email;

    queue_email_hash(job->queue->settings, name, set + strlen(set));
    job->from = INT64_MIN;
    job->to = INT64_MAX;
    begin(job, set, 0);
}

void queue_held_scan(struct queue *queue, const struct held_scan *scan,
                     queue_held_slice *slice, queue_done *done, void *context)
{
    struct scanning *job = NEW(struct scanning);

    job->queue = queue;
    snprintf(job->trail.destination, sizeof(job->trail.destination), "%s",
             scan->destination);
    job->from = scan->from;
    job->to = scan->to;
    job->slice = slice;
    job->done = done;
    job->context = context;
    if (scan->email) {
        begin_with(job, scan->email);
    } else {
        job->own_time = scan->from > INT64_MIN || scan->to < INT64_MAX;
        begin(job, job->own_time ? "at" : "all",
              job->own_time ? 0 : OWN_TIME_MS);
    }
    go_on(job);
}

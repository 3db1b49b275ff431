/* What was left behind. See left.h and queue_left() in queue.h. */
#include "queue/left.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "queue/names.h"
#include "queue/state.h"

#include "base/banned.h"

#define LOOK_MS (INT64_C(3600) * 1000)

struct lefts {
    struct queue *queue;
    struct name *names; /* owned; those that were left */
    size_t name_count, next;
    struct left *list; /* owned; those of them that have something */
    size_t count;
    queue_left_found *found;
    void *context;
};

static void tally_next(struct lefts *job);

static void finish(struct lefts *job, const struct error *err)
{
    job->found(job->context, job->list, err ? 0 : job->count, err);
    free(job->names);
    free(job->list);
    free(job);
}

static void add(struct lefts *job, const char *name, const struct tally *tally)
{
    struct left *left = &job->list[job->count];

    snprintf(left->name, sizeof(left->name), "%s", name);
    left->waiting = tally->running;
    for (size_t i = 0; i < STAGE_COUNT; i++)
        left->waiting += tally->due[i];
    left->set_aside = tally->dead + tally->held;
    left->kept = tally->done;
    if (left->waiting || left->set_aside || left->kept)
        job->count++;
    else
        names_drop(job->queue, &job->names[job->next]);
}

static void tallied(void *context, const struct tally *tally,
                    const struct error *err)
{
    struct lefts *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    add(job, job->names[job->next].text, tally);
    job->next++;
    tally_next(job);
}

static void tally_next(struct lefts *job)
{
    if (job->next == job->name_count)
        finish(job, NULL);
    else
        queue_tally(job->queue, job->names[job->next].text, tallied, job);
}

static void named(void *context, const struct name *list, size_t count,
                  const struct error *err)
{
    struct lefts *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    job->names = NEW_ARRAY(count + 1, struct name);
    job->list = NEW_ARRAY(count + 1, struct left);
    for (size_t i = 0; i < count; i++)
        if (list[i].left)
            job->names[job->name_count++] = list[i];
    tally_next(job);
}

void queue_left(struct queue *queue, queue_left_found *found, void *context)
{
    struct lefts *job = NEW(struct lefts);

    job->queue = queue;
    job->found = found;
    job->context = context;
    names_ask(queue, named, job);
}

static void log_left(const struct left *left)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "destination_left");
    log_text(&line, "destination", left->name);
    log_int(&line, "waiting", left->waiting);
    log_int(&line, "set_aside", left->set_aside);
    log_int(&line, "kept", left->kept);
    log_text(&line, "advice",
             "the settings do not have it any more, so nothing of it is "
             "delivered: put the name back into the settings, or erase what "
             "'afterhours list --destination' shows of it");
    log_end(&line);
}

static void looked(void *context, const struct left *list, size_t count,
                   const struct error *err)
{
    struct queue *queue = context;

    if (queue->closing)
        return;
    if (err) {
        queue->left.look_at = 0;
        return;
    }
    left_clear(&queue->left);
    queue->left.list = NEW_ARRAY(count + 1, struct left);
    queue->left.count = count;
    for (size_t i = 0; i < count; i++) {
        queue->left.list[i] = list[i];
        log_left(&list[i]);
        if (list[i].kept)
            queue->janitor.sweep_at = 0;
    }
}

void left_clear(struct left_watch *watch)
{
    free(watch->list);
    watch->list = NULL;
    watch->count = 0;
}

void left_look(struct queue *queue, int64_t now)
{
    if (queue->left.look_at && now < queue->left.look_at)
        return;
    queue->left.look_at = now + LOOK_MS;
    queue_left(queue, looked, queue);
}

/*
 * Replays of many, as they are asked for: what is to be replayed becomes a list
 * in Redis, which any process works off (replay_runner.c).
 */
#include "queue/replays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

#define SLICE 500 /* items in one command */

struct starting {
    struct queue *queue;
    struct replay replay;
    struct replay_item *items; /* owned */
    size_t added, adding;
    queue_done *done;
    void *context;
};

void replays_key(struct command *command, const char *kind, const char *id)
{
    command_key(command, REPLAYS_TAG, kind, id);
}

static void finish(struct starting *job, const struct error *err)
{
    job->done(job->context, err);
    free(job->items);
    free(job);
}

static bool lost(struct error *err)
{
    return error_set(err, ERROR_LATER,
                     "Redis lost a part of the list: ask for the replay again");
}

/* Whether a part of the list, or the whole of it, is as it was put down. */
static bool taken(const struct redis_answer *answer, struct error *err)
{
    const char *said = redis_text(answer->reply);

    if (call_failed(answer, err))
        return false;
    return (said && strcmp(said, "ok") == 0) || lost(err);
}

static void started(void *context, const struct redis_answer *answer)
{
    struct starting *job = context;
    struct error err;
    bool ok = taken(answer, &err);

    if (ok)
        replay_runner_look(job->queue);
    finish(job, ok ? NULL : &err);
}

static void start(struct starting *job)
{
    const struct replay *replay = &job->replay;
    struct command command;

    command_function(&command, "ah3_replay_start");
    replays_key(&command, "replay:", replay->id);
    replays_key(&command, "replays", "");
    replays_key(&command, "known", "");
    replays_key(&command, "todo:", replay->id);
    command_text(&command, replay->id);
    command_text(&command, replay->by);
    command_int(&command, replay->rate);
    command_int(&command, replay->total);
    call_start(job->queue, &command, (struct call_plan){0, true}, started, job);
}

static void add_more(struct starting *job);

static void added(void *context, const struct redis_answer *answer)
{
    struct starting *job = context;
    struct error err;

    if (taken(answer, &err)) {
        job->added += job->adding;
        add_more(job);
    } else {
        finish(job, &err);
    }
}

static void add_more(struct starting *job)
{
    size_t left = (size_t)job->replay.total - job->added;
    struct command command;

    if (left == 0) {
        start(job);
        return;
    }
    job->adding = left < SLICE ? left : SLICE;
    command_function(&command, "ah3_replay_add");
    replays_key(&command, "todo:", job->replay.id);
    command_int(&command, (int64_t)job->added);
    for (size_t i = 0; i < job->adding; i++) {
        const struct replay_item *item = &job->items[job->added + i];
        char text[ID_SIZE + 16];

        snprintf(text, sizeof(text), "%s %u", item->id, item->generation);
        command_text(&command, text);
    }
    call_start(job->queue, &command, (struct call_plan){0, true}, added, job);
}

void queue_start_replay(struct queue *queue, const struct replay *replay,
                        const struct replay_item *items, queue_done *done,
                        void *context)
{
    struct starting *job = NEW(struct starting);
    size_t count = (size_t)replay->total;

    job->queue = queue;
    job->replay = *replay;
    job->items = NEW_ARRAY(count ? count : 1, struct replay_item);
    if (count)
        memcpy(job->items, items, count * sizeof(*items));
    job->done = done;
    job->context = context;
    add_more(job);
}

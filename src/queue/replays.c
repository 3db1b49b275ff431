/*
 * Replays of many, as they are asked for: what is to be replayed becomes a list
 * in Redis, which any process works off (replay_runner.c).
 */
#include "queue/replays.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/item.h"
#include "queue/state.h"

#include "base/banned.h"

#define SLICE 500 /* items in one command */

static const char *const state_names[] = {
    [REPLAY_RUNNING] = "running",
    [REPLAY_FINISHED] = "finished",
    [REPLAY_STOPPED] = "stopped",
};

struct starting {
    struct queue *queue;
    struct replay replay;
    struct replay_item *items; /* owned */
    size_t added, adding;
    queue_done *done;
    void *context;
};

struct asking {
    char id[ID_SIZE];
    queue_replay_found *found;
    void *context;
};

const char *replay_state_name(enum replay_state state)
{
    assert((size_t)state < sizeof(state_names) / sizeof(state_names[0]));
    return state_names[state];
}

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

static void started(void *context, const struct redis_answer *answer)
{
    struct starting *job = context;
    struct error err;
    bool failed = call_failed(answer, &err);

    if (!failed)
        replay_runner_look(job->queue);
    finish(job, failed ? &err : NULL);
}

static void start(struct starting *job)
{
    const struct replay *replay = &job->replay;
    struct command command;

    command_function(&command, "ah3_replay_start");
    replays_key(&command, "replay:", replay->id);
    replays_key(&command, "replays", "");
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
    const char *said = redis_text(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
    } else if (!said || strcmp(said, "ok") != 0) {
        error_set(&err, ERROR_LATER,
                  "Redis lost a part of the list: ask for the replay again");
        finish(job, &err);
    } else {
        job->added += job->adding;
        add_more(job);
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

static int64_t number(const struct redis_reply *reply, const char *name)
{
    const char *text = item_field(reply, name);

    return text ? strtoll(text, NULL, 10) : 0;
}

/* False: there is no such replay. */
static bool read_replay(const struct redis_reply *reply, struct replay *replay)
{
    const char *state = item_field(reply, "state");
    const char *by = item_field(reply, "by");

    if (!state)
        return false;
    for (size_t i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++)
        if (strcmp(state, state_names[i]) == 0)
            replay->state = (enum replay_state)i;
    snprintf(replay->by, sizeof(replay->by), "%s", by ? by : "");
    replay->rate = (unsigned)number(reply, "rate");
    replay->total = number(reply, "total");
    replay->done = number(reply, "at");
    replay->replayed = number(reply, "replayed");
    replay->started_at = number(reply, "started");
    replay->updated_at = number(reply, "updated");
    replay->ended_at = number(reply, "ended");
    return true;
}

static void found(void *context, const struct redis_answer *answer)
{
    struct asking *asking = context;
    struct replay replay = {0};
    struct error err;

    snprintf(replay.id, sizeof(replay.id), "%s", asking->id);
    if (call_failed(answer, &err))
        asking->found(asking->context, NULL, &err);
    else if (read_replay(answer->reply, &replay))
        asking->found(asking->context, &replay, NULL);
    else
        asking->found(asking->context, NULL, NULL);
    free(asking);
}

static struct asking *asking_new(const char *id, void *context)
{
    struct asking *asking = NEW(struct asking);

    snprintf(asking->id, sizeof(asking->id), "%s", id_ok(id) ? id : "");
    asking->context = context;
    return asking;
}

void queue_find_replay(struct queue *queue, const char *id,
                       queue_replay_found *done, void *context)
{
    struct asking *asking = asking_new(id, context);
    struct command command;

    asking->found = done;
    command_plain(&command, "HGETALL");
    replays_key(&command, "replay:", asking->id);
    call_start(queue, &command, (struct call_plan){0, true}, found, asking);
}

void queue_stop_replay(struct queue *queue, const char *id,
                       queue_count_done *done, void *context)
{
    const char *safe = id_ok(id) ? id : "";
    struct command command;

    command_function(&command, "ah3_replay_stop");
    replays_key(&command, "replay:", safe);
    replays_key(&command, "todo:", safe);
    replays_key(&command, "replays", "");
    command_text(&command, safe);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

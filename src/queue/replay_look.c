/*
 * Replays of many, once they are put down: what is known of them, and a
 * person's word on them.
 */
#include "queue/replays.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/item.h"
#include "queue/state.h"

#include "base/banned.h"

#define LISTED_MOST 100

/* clang-format off */
static const char *const state_names[] = {
    [REPLAY_RUNNING]  = "running",
    [REPLAY_FINISHED] = "finished",
    [REPLAY_STOPPED]  = "stopped",
    [REPLAY_PAUSED]   = "paused",
};
/* clang-format on */

struct asking {
    char id[ID_SIZE];
    queue_replay_found *found;
    void *context;
};

struct listing {
    struct queue *queue;
    struct replay *list; /* owned */
    size_t count, open;
    struct error err;
    bool failed;
    queue_replays_found *found;
    void *context;
};

/* One row that a listing waits for. */
struct listed {
    struct listing *listing;
    size_t at;
};

const char *replay_state_name(enum replay_state state)
{
    assert((size_t)state < sizeof(state_names) / sizeof(state_names[0]));
    return state_names[state];
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

static void hash_found(void *context, const struct redis_answer *answer)
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
    call_start(queue, &command, (struct call_plan){0, true}, hash_found,
               asking);
}

/* Those that are not known any more leave a gap. */
static void finish_list(struct listing *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < job->count; i++)
        if (job->list[i].started_at)
            job->list[kept++] = job->list[i];
    if (job->failed)
        job->found(job->context, NULL, 0, &job->err);
    else
        job->found(job->context, job->list, kept, NULL);
    free(job->list);
    free(job);
}

static void fail_list(struct listing *job, const struct error *err)
{
    job->failed = true;
    job->err = *err;
}

static void row_found(void *context, const struct replay *found,
                      const struct error *err)
{
    struct listed *row = context;
    struct listing *job = row->listing;

    if (err)
        fail_list(job, err);
    else if (found)
        job->list[row->at] = *found;
    free(row);
    if (--job->open == 0)
        finish_list(job);
}

static void ids_found(void *context, const struct redis_answer *answer)
{
    struct listing *job = context;
    size_t rows = redis_count(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        fail_list(job, &err);
        rows = 0;
    }
    job->list = NEW_ARRAY(rows ? rows : 1, struct replay);
    job->count = job->open = rows;
    if (rows == 0)
        finish_list(job);
    for (size_t i = 0; i < rows; i++) {
        const char *id = redis_text(redis_at(answer->reply, i));
        struct listed *row = NEW(struct listed);

        row->listing = job;
        row->at = i;
        queue_find_replay(job->queue, id ? id : "", row_found, row);
    }
}

void queue_list_replays(struct queue *queue, size_t limit,
                        queue_replays_found *found, void *context)
{
    struct listing *job = NEW(struct listing);
    struct command command;

    job->queue = queue;
    job->found = found;
    job->context = context;
    command_plain(&command, "ZRANGE");
    replays_key(&command, "known", "");
    command_int(&command, 0);
    command_int(&command,
                (int64_t)(limit < LISTED_MOST ? limit : LISTED_MOST) - 1);
    command_text(&command, "REV");
    call_start(queue, &command, (struct call_plan){0, true}, ids_found, job);
}

/* "replay:" and, where an id could be none of ours, that of none. */
static const char *begin(struct command *command, const char *function,
                         const char *id)
{
    const char *safe = id_ok(id) ? id : "";

    command_function(command, function);
    replays_key(command, "replay:", safe);
    return safe;
}

void queue_stop_replay(struct queue *queue, const char *id,
                       queue_count_done *done, void *context)
{
    struct command command;
    const char *safe = begin(&command, "ah3_replay_stop", id);

    replays_key(&command, "todo:", safe);
    replays_key(&command, "replays", "");
    command_text(&command, safe);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_pause_replay(struct queue *queue, const char *id,
                        queue_count_done *done, void *context)
{
    struct command command;
    const char *safe = begin(&command, "ah3_replay_pause", id);

    replays_key(&command, "replays", "");
    command_text(&command, safe);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_resume_replay(struct queue *queue, const char *id,
                         queue_count_done *done, void *context)
{
    struct command command;
    const char *safe = begin(&command, "ah3_replay_resume", id);

    replays_key(&command, "replays", "");
    command_text(&command, safe);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_rate_replay(struct queue *queue, const char *id, unsigned rate,
                       queue_count_done *done, void *context)
{
    struct command command;

    begin(&command, "ah3_replay_rate", id);
    command_int(&command, rate);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

/*
 * Walks, newest first. Without a state the walk goes along the index of all
 * messages, by the time they were received. With one it goes through the sets
 * in which such items lie: these are in another order, so their ids are
 * gathered first and put into order; an id tells when it was made. All of it in
 * slices, so that no single command keeps Redis from others for long.
 */
#include "queue/queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/rows.h"
#include "queue/state.h"

#include "base/banned.h"

#define SLICE        100  /* items in one command */
#define GATHER_SLICE 1000 /* ids in one command */
/* Ids in memory; older ones are for the next walk. Twice as many are put into
 * order at once: that takes 5 ms, in which nobody else is answered. */
#define KEEP_MAX 10000

struct walking {
    struct queue *queue;
    struct walk_filter filter; /* its texts: owned below */
    char *texts[6];
    const char *const *sets; /* still to be gathered; NULL ends them */
    size_t rank;             /* in the set being gathered */
    char (*ids)[ID_SIZE];    /* in the order of the walk */
    size_t id_count, id_size;
    size_t next;       /* of ids: the first that was not looked at */
    size_t asked;      /* of ids: how many the command under way asks for */
    bool by_index;     /* along all; else ids are what was gathered */
    bool cut;          /* some that were gathered had no room */
    int64_t score;     /* along all: where the last slice ended, */
    size_t score_seen; /* and how many of that score there were */
    bool at_end;       /* no more ids will come */
    char last[ID_SIZE];
    size_t looked;
    struct submission *list; /* owned */
    size_t count, size;
    queue_walked *walked;
    void *context;
};

/* clang-format off */
/* Where those of a state lie; the state itself is asked of each found there. */
static const char *const sets_of[STATE_COUNT][4] = {
    [STATE_QUEUED]      = { "due:deliver", "run" },
    [STATE_DELIVERING]  = { "due:deliver", "run" },
    [STATE_DELIVERED]   = { "due:reconcile", "run" },
    [STATE_LINKED]      = { "done" },
    [STATE_UNLINKED]    = { "done" },
    [STATE_FAILED]      = { "dead" },
    [STATE_QUARANTINED] = { "held" },
};
/* clang-format on */

static void go_on(struct walking *job);

static void finish(struct walking *job, const struct error *err)
{
    bool over = job->at_end && job->next == job->id_count && !job->cut;
    const char *stopped = over || !job->last[0] ? NULL : job->last;

    if (err)
        job->walked(job->context, NULL, 0, NULL, err);
    else
        job->walked(job->context, job->list, job->count, stopped, NULL);
    for (size_t i = 0; i < job->count; i++)
        submission_clear(&job->list[i]);
    for (size_t i = 0; i < sizeof(job->texts) / sizeof(job->texts[0]); i++)
        free(job->texts[i]);
    free(job->list);
    free(job->ids);
    free(job);
}

static void keep(struct walking *job, const struct submission *found)
{
    if (job->count == job->size) {
        job->size = job->size ? 2 * job->size : SLICE;
        job->list = alloc_resize(job->list, job->size, sizeof(*job->list));
    }
    job->list[job->count] = *found;
    if (!job->filter.with_message) /* it was searched through; many are large */
        alloc_replace(&job->list[job->count].message, NULL);
    job->count++;
}

/* Enough is found, or enough was looked at. */
static bool full(const struct walking *job)
{
    return job->count >= job->filter.limit ||
           (job->filter.look_at && job->looked >= job->filter.look_at);
}

static void read_items(void *context, const struct redis_answer *answer)
{
    struct walking *job = context;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    for (size_t i = 0; i < job->asked && !full(job); i++) {
        const char *id = job->ids[job->next++];
        struct submission found;

        job->looked++;
        snprintf(job->last, sizeof(job->last), "%s", id);
        if (!rows_read(id, redis_at(answer->reply, i), &found))
            continue;
        if (queue_fits(&job->filter, &found))
            keep(job, &found);
        else
            submission_clear(&found);
    }
    go_on(job);
}

static void ask_items(struct walking *job)
{
    size_t left = job->id_count - job->next;
    const struct rows rows = {
        .destination = job->filter.destination,
        .ids = job->ids + job->next,
        .count = left < SLICE ? left : SLICE,
        .with_message =
            job->filter.with_message || job->filter.search || job->filter.email,
    };

    job->asked = rows.count;
    rows_ask(job->queue, &rows, read_items, job);
}

/* Whether it comes after the place where the walk begins. */
static bool is_ahead(const struct walking *job, const char *id)
{
    const struct walk_filter *filter = &job->filter;
    char name[ID_NAME_MAX + 1];
    int64_t made_at;

    if (!queue_id_read(id, name) || !id_made_at(id, &made_at))
        return false;
    if (filter->before && strcmp(id, filter->before) >= 0)
        return false;
    /* A news is younger than the message whose id it bears. */
    if (filter->since && made_at < filter->since && !strchr(id, '.'))
        return false;
    return !filter->until || made_at <= filter->until;
}

static void add_id(struct walking *job, const char *id)
{
    if (!id || !is_ahead(job, id))
        return;
    if (job->id_count == job->id_size) {
        job->id_size = job->id_size ? 2 * job->id_size : GATHER_SLICE;
        job->ids = alloc_resize(job->ids, job->id_size, sizeof(*job->ids));
    }
    snprintf(job->ids[job->id_count++], ID_SIZE, "%s", id);
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

static void put_in_order(struct walking *job)
{
    if (job->id_count)
        qsort(job->ids, job->id_count, sizeof(*job->ids), newest_first);
    if (job->id_count > KEEP_MAX) {
        job->id_count = KEEP_MAX;
        job->cut = true;
    }
}

static void read_gathered(void *context, const struct redis_answer *answer)
{
    struct walking *job = context;
    size_t rows = redis_count(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        add_id(job, redis_text(redis_at(answer->reply, i)));
    job->rank += rows;
    if (rows < GATHER_SLICE) {
        job->sets++;
        job->rank = 0;
    }
    job->at_end = !job->sets[0];
    if (job->at_end || job->id_count > 2 * (size_t)KEEP_MAX)
        put_in_order(job);
    go_on(job);
}

static void gather(struct walking *job)
{
    struct command command;

    command_plain(&command, "ZRANGE");
    command_key(&command, job->filter.destination, job->sets[0], "");
    command_int(&command, (int64_t)job->rank);
    command_int(&command, (int64_t)job->rank + GATHER_SLICE - 1);
    call_start(job->queue, &command, (struct call_plan){0, true}, read_gathered,
               job);
}

static void read_index(void *context, const struct redis_answer *answer)
{
    struct walking *job = context;
    size_t rows = redis_count(answer->reply) / 2;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    job->id_count = job->next = 0;
    job->at_end = rows < SLICE;
    for (size_t i = 0; i < rows; i++) {
        int64_t score = redis_integer(redis_at(answer->reply, 2 * i + 1));

        job->score_seen = score == job->score ? job->score_seen + 1 : 1;
        job->score = score;
        add_id(job, redis_text(redis_at(answer->reply, 2 * i)));
    }
    go_on(job);
}

static void ask_index(struct walking *job)
{
    struct command command;

    command_plain(&command, "ZREVRANGEBYSCORE");
    command_key(&command, job->filter.destination, "all", "");
    command_int(&command, job->score);
    command_int(&command, job->filter.since);
    command_text(&command, "WITHSCORES");
    command_text(&command, "LIMIT");
    command_int(&command, (int64_t)job->score_seen);
    command_int(&command, SLICE);
    call_start(job->queue, &command, (struct call_plan){0, true}, read_index,
               job);
}

static void go_on(struct walking *job)
{
    if (full(job) || (job->at_end && job->next == job->id_count))
        finish(job, NULL);
    else if (job->by_index && job->next == job->id_count)
        ask_index(job);
    else if (!job->by_index && !job->at_end)
        gather(job);
    else
        ask_items(job);
}

/* The texts of a filter are lent for the call only. */
static void own_texts(struct walking *job)
{
    struct walk_filter *filter = &job->filter;
    const char **members[] = {&filter->destination, &filter->form,
                              &filter->reason,      &filter->search,
                              &filter->email,       &filter->before};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        *members[i] = job->texts[i] = alloc_text(*members[i]);
}

void queue_walk(struct queue *queue, const struct walk_filter *filter,
                queue_walked *walked, void *context)
{
    struct walking *job = NEW(struct walking);

    assert(filter->limit > 0);
    job->queue = queue;
    job->filter = *filter;
    own_texts(job);
    job->walked = walked;
    job->context = context;
    job->by_index = !filter->by_state;
    job->sets = job->by_index ? NULL : sets_of[filter->state];
    job->score = filter->until ? filter->until : INT64_MAX;
    if (filter->before && id_made_at(filter->before, &job->score) &&
        filter->until && filter->until < job->score)
        job->score = filter->until;
    go_on(job);
}

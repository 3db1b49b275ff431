/*
 * Lists, newest first, read in slices so that no single command keeps Redis
 * from others for long. A list is a glimpse of a moving thing: what changes
 * its place meanwhile may be seen twice or not at all.
 */
#include "queue/queue.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/item.h"
#include "queue/state.h"

#include "base/banned.h"

#define SLICE 100

struct listing {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    char *form;                /* owned; NULL: any */
    struct list_filter filter; /* its texts: see above */
    const char *const *sets;   /* still to be read, the first one now */
    double below;      /* scores above this have been read in this set */
    size_t below_seen; /* and so many of exactly this one */
    bool last_slice;   /* of this set */
    char ids[SLICE][ID_SIZE];
    size_t id_count;
    struct submission *list; /* owned */
    size_t count, size;
    queue_listed *listed;
    void *context;
};

/* clang-format off */
static const char *const all[] = {"all", NULL};
/* The sets of each place. News are items too, but nobody asks for them unless
 * they were given up. */
static const char *const places[][3] = {
    [PLACE_DUE]  = {"due:deliver", "due:reconcile", NULL},
    [PLACE_RUN]  = {"run", NULL},
    [PLACE_DEAD] = {"dead", NULL},
    [PLACE_DONE] = {"done", NULL},
    [PLACE_HELD] = {"held", NULL},
};
/* clang-format on */

static void next_slice(struct listing *job);

static void finish(struct listing *job, const struct error *err)
{
    job->listed(job->context, err ? NULL : job->list, err ? 0 : job->count,
                err);
    for (size_t i = 0; i < job->count; i++)
        submission_clear(&job->list[i]);
    free(job->list);
    free(job->form);
    free(job);
}

static bool wanted(const struct listing *job, const struct submission *found)
{
    const struct list_filter *filter = &job->filter;

    if (found->kind == SUBMISSION_NEWS &&
        !(filter->by_place && filter->place == PLACE_DEAD))
        return false;
    if (filter->by_place && found->place != filter->place)
        return false;
    if (job->form && (!found->form || strcmp(job->form, found->form) != 0))
        return false;
    if (filter->since && found->received_at < filter->since)
        return false;
    return !filter->until || found->received_at <= filter->until;
}

static void keep(struct listing *job, const char *id,
                 const struct redis_reply *row)
{
    const char *body = redis_text(redis_at(row, 1));
    struct submission found;

    if (!item_read(id, redis_at(row, 0), &found))
        return;
    if (!wanted(job, &found)) {
        submission_clear(&found);
        return;
    }
    if (body)
        found.message = alloc_text_n(body, redis_text_len(redis_at(row, 1)));
    if (job->count == job->size) {
        job->size = job->size ? 2 * job->size : SLICE;
        job->list = alloc_resize(job->list, job->size, sizeof(*job->list));
    }
    job->list[job->count++] = found;
}

static void read_items(void *context, const struct redis_answer *answer)
{
    struct listing *job = context;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    for (size_t i = 0; i < job->id_count; i++)
        if (job->count < job->filter.limit)
            keep(job, job->ids[i], redis_at(answer->reply, i));
    next_slice(job);
}

static void ask_items(struct listing *job)
{
    struct command command;

    command_function(&command, "ah2_find");
    for (size_t i = 0; i < job->id_count; i++)
        command_key(&command, job->destination, "item:", job->ids[i]);
    for (size_t i = 0; i < job->id_count && job->filter.with_message; i++)
        command_key(&command, job->destination, "body:", job->ids[i]);
    command_int(&command, (int64_t)job->id_count);
    call_start(job->queue, &command, (struct call_plan){0, true}, read_items,
               job);
}

static void take_id(struct listing *job, const char *id, const char *score)
{
    char name[ID_NAME_MAX + 1];
    double at;

    if (!id || !score)
        return;
    at = strtod(score, NULL);
    job->below_seen = at == job->below ? job->below_seen + 1 : 1;
    job->below = at;
    if (job->id_count < SLICE && queue_id_read(id, name))
        snprintf(job->ids[job->id_count++], ID_SIZE, "%s", id);
}

static void read_ids(void *context, const struct redis_answer *answer)
{
    struct listing *job = context;
    size_t rows = redis_count(answer->reply) / 2;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    job->id_count = 0;
    job->last_slice = rows < SLICE;
    for (size_t i = 0; i < rows; i++)
        take_id(job, redis_text(redis_at(answer->reply, 2 * i)),
                redis_text(redis_at(answer->reply, 2 * i + 1)));
    if (job->id_count > 0)
        ask_items(job);
    else
        next_slice(job);
}

static void begin_set(struct listing *job)
{
    bool by_time = job->sets[0] && strcmp(job->sets[0], "all") == 0;

    job->below = by_time && job->filter.until ? (double)job->filter.until
                                              : (double)INFINITY;
    job->below_seen = 0;
    job->last_slice = false;
}

static void add_score(struct command *command, double score)
{
    char text[48];

    snprintf(text, sizeof(text), "%.0f", score);
    command_text(command, text);
}

static void ask_ids(struct listing *job)
{
    bool by_time = strcmp(job->sets[0], "all") == 0;
    struct command command;

    command_plain(&command, "ZREVRANGEBYSCORE");
    command_key(&command, job->destination, job->sets[0], "");
    add_score(&command, job->below);
    add_score(&command, by_time && job->filter.since ? (double)job->filter.since
                                                     : -(double)INFINITY);
    command_text(&command, "WITHSCORES");
    command_text(&command, "LIMIT");
    command_int(&command, (int64_t)job->below_seen);
    command_int(&command, SLICE);
    call_start(job->queue, &command, (struct call_plan){0, true}, read_ids,
               job);
}

static void next_slice(struct listing *job)
{
    if (job->last_slice) {
        job->sets++;
        begin_set(job);
    }
    if (!job->sets[0] || job->count >= job->filter.limit)
        finish(job, NULL);
    else
        ask_ids(job);
}

void queue_list(struct queue *queue, const struct list_filter *filter,
                queue_listed *listed, void *context)
{
    struct listing *job = NEW(struct listing);

    job->queue = queue;
    job->filter = *filter;
    snprintf(job->destination, sizeof(job->destination), "%s",
             filter->destination);
    job->form = alloc_text(filter->form);
    job->sets = filter->by_place ? places[filter->place] : all;
    job->listed = listed;
    job->context = context;
    begin_set(job);
    ask_ids(job);
}

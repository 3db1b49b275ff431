/* Looking for what is to be replayed. See gather.h. */
#include "admin/gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#include "base/banned.h"

#define STEP 20000 /* found in one walk */

struct gather {
    struct queue *queue;
    const struct settings *settings;
    json_t *ids;          /* held; NULL: by filters */
    struct wanted wanted; /* owned */
    size_t next;          /* of ids, or of the settings' destinations */
    char before[ID_SIZE];
    struct gathered gathered; /* owned until done */
    gather_done *done;
    void *context;
};

static void find_next(struct gather *job);
static void walk_next(struct gather *job);

void gathered_clear(struct gathered *gathered)
{
    free(gathered->items);
    preview_clear(&gathered->preview);
    json_decref(gathered->left_out);
    memset(gathered, 0, sizeof(*gathered));
}

static void finish(struct gather *job, const struct error *err)
{
    job->done(job->context, &job->gathered, err);
    gathered_clear(&job->gathered);
    json_decref(job->ids);
    wanted_clear(&job->wanted);
    free(job);
}

static void add(struct gathered *gathered, const struct submission *found)
{
    struct replay_item *item;

    if (gathered->count == gathered->size) {
        gathered->size = gathered->size ? 2 * gathered->size : 64;
        gathered->items = alloc_resize(gathered->items, gathered->size,
                                       sizeof(*gathered->items));
    }
    item = &gathered->items[gathered->count++];
    memcpy(item->id, found->id, sizeof(item->id));
    item->generation = found->generation;
    preview_add(&gathered->preview, found);
}

static void leave_out(struct gathered *gathered, const char *id,
                      const char *why)
{
    json_t *row = json_object();

    json_object_set_new(row, "id", json_string(id));
    json_object_set_new(row, "why", json_string(why));
    json_array_append_new(gathered->left_out, row);
}

static bool fits(const struct gather *job, const struct submission *submission)
{
    struct walk_filter filter;
    char before[ID_SIZE];

    return wanted_walk(&job->wanted, submission->destination, &filter,
                       before) &&
           queue_fits(&filter, submission);
}

static void found(void *context, const struct submission *submission,
                  const struct error *err)
{
    struct gather *job = context;
    const char *id = json_string_value(json_array_get(job->ids, job->next));

    if (err) {
        finish(job, err);
        return;
    }
    if (!submission)
        leave_out(&job->gathered, id, "unknown");
    else if (submission->place != PLACE_DEAD)
        leave_out(&job->gathered, id, "not_failed");
    else if (!fits(job, submission))
        leave_out(&job->gathered, id, "not_fitting");
    else
        add(&job->gathered, submission);
    job->next++;
    find_next(job);
}

static void find_next(struct gather *job)
{
    const json_t *id = json_array_get(job->ids, job->next);

    if (id)
        queue_find(job->queue, json_string_value(id),
                   wanted_reads(&job->wanted), found, job);
    else
        finish(job, NULL);
}

static void walked(void *context, const struct submission *list, size_t count,
                   const char *stopped, const struct error *err)
{
    struct gather *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    for (size_t i = 0; i < count; i++)
        add(&job->gathered, &list[i]);
    job->wanted.place[0] = '\0';
    if (stopped)
        snprintf(job->wanted.place, sizeof(job->wanted.place), "%s",
                 strrchr(stopped, '-') + 1);
    else
        job->next++;
    job->gathered.too_many = job->gathered.count > GATHER_MOST;
    if (job->gathered.too_many)
        finish(job, NULL);
    else
        walk_next(job);
}

static void walk_next(struct gather *job)
{
    const struct settings *settings = job->settings;
    struct walk_filter filter;

    while (job->next < settings->destination_count &&
           !wanted_walk(&job->wanted, settings->destinations[job->next].name,
                        &filter, job->before))
        job->next++;
    if (job->next < settings->destination_count)
        queue_walk(job->queue, &filter, walked, job);
    else
        finish(job, NULL);
}

static struct gather *gather_new(struct queue *queue, gather_done *done,
                                 void *context)
{
    struct gather *job = NEW(struct gather);

    job->queue = queue;
    job->gathered.left_out = json_array();
    job->gathered.preview.now = clock_wall_ms();
    job->done = done;
    job->context = context;
    return job;
}

static void take_wanted(struct gather *job, struct wanted *wanted)
{
    job->wanted = *wanted;
    memset(wanted, 0, sizeof(*wanted));
    job->wanted.by_state = true; /* whatever is buried can be replayed */
    job->wanted.state = STATE_FAILED;
    job->wanted.limit = STEP;
}

void gather_ids(struct queue *queue, json_t *ids, struct wanted *wanted,
                gather_done *done, void *context)
{
    struct gather *job = gather_new(queue, done, context);

    job->ids = json_incref(ids);
    take_wanted(job, wanted);
    find_next(job);
}

void gather_wanted(struct queue *queue, const struct settings *settings,
                   struct wanted *wanted, gather_done *done, void *context)
{
    struct gather *job = gather_new(queue, done, context);

    job->settings = settings;
    take_wanted(job, wanted);
    walk_next(job);
}

/*
 * GET /v1/admin/submissions: newest first over all destinations, page by page.
 * Each destination is walked for itself. Where one of them stopped early,
 * nothing beyond that place can be shown yet: it is where the next page begins.
 */
#include <stdlib.h>
#include <string.h>

#include "admin/inside.h"
#include "admin/wanted.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "describe/describe.h"

#include "base/banned.h"

#define LOOK_AT 10000 /* in each destination for one page */

struct listing {
    struct call call;
    struct wanted wanted;
    size_t destination;      /* of the settings, under way */
    struct submission *list; /* owned */
    size_t count;
    char stopped[ID_SIZE]; /* the newest place where a walk stopped, or "" */
    char before[ID_SIZE];
};

/* What follows the destination's name: the same order for all of them. */
static const char *place_of(const char *id)
{
    return strrchr(id, '-') + 1;
}

static int newest_first(const void *a, const void *b)
{
    const struct submission *x = a, *y = b;

    return strcmp(place_of(y->id), place_of(x->id));
}

static void finish(struct listing *job)
{
    for (size_t i = 0; i < job->count; i++)
        submission_clear(&job->list[i]);
    free(job->list);
    wanted_clear(&job->wanted);
    call_end(&job->call);
}

/* Drops what lies behind the place where a walk stopped, and what is too much;
 * where the next page begins, or NULL. */
static const char *cut(struct listing *job)
{
    size_t kept = 0;

    if (job->count)
        qsort(job->list, job->count, sizeof(*job->list), newest_first);
    while (kept < job->count && kept < job->wanted.limit &&
           (!job->stopped[0] ||
            strcmp(place_of(job->list[kept].id), place_of(job->stopped)) >= 0))
        kept++;
    if (kept == job->wanted.limit && kept < job->count)
        memcpy(job->stopped, job->list[kept - 1].id, sizeof(job->stopped));
    while (job->count > kept)
        submission_clear(&job->list[--job->count]);
    return job->stopped[0] ? place_of(job->stopped) : NULL;
}

static void tell(struct listing *job)
{
    json_t *root = json_object(), *list = json_array();
    const char *next = cut(job);

    for (size_t i = 0; i < job->count; i++)
        json_array_append_new(
            list, describe_submission(&job->list[i], job->call.settings));
    json_object_set_new(root, "submissions", list);
    json_object_set_new(root, "next", next ? json_string(next) : json_null());
    answer_json(job->call.exchange, 200, root);
    finish(job);
}

static void walk(struct listing *job);

static void walked(void *context, const struct submission *list, size_t count,
                   const char *stopped, const struct error *err)
{
    struct listing *job = context;

    if (err) {
        answer_away(&job->call, err);
        finish(job);
        return;
    }
    job->list =
        alloc_resize(job->list, job->count + count + 1, sizeof(*job->list));
    for (size_t i = 0; i < count; i++)
        submission_copy(&job->list[job->count++], &list[i]);
    if (stopped && (!job->stopped[0] ||
                    strcmp(place_of(stopped), place_of(job->stopped)) > 0))
        snprintf(job->stopped, sizeof(job->stopped), "%s", stopped);
    job->destination++;
    walk(job);
}

static void walk(struct listing *job)
{
    const struct settings *settings = job->call.settings;
    struct walk_filter filter;

    while (job->destination < settings->destination_count &&
           !wanted_walk(&job->wanted,
                        settings->destinations[job->destination].name, &filter,
                        job->before))
        job->destination++;
    if (job->destination == settings->destination_count) {
        tell(job);
        return;
    }
    filter.look_at = LOOK_AT;
    queue_walk(job->call.admin->queue, &filter, walked, job);
}

void get_submissions(struct request *request)
{
    struct complaints complaints = {.count = 0};
    struct wanted wanted = {0};
    struct listing *job;

    wanted_read_query(&wanted, http_query(request->exchange),
                      request->admin->settings, clock_wall_ms(), &complaints);
    if (complaints.count) {
        answer_parameters(request->exchange, &complaints);
        wanted_clear(&wanted);
    } else {
        job = call_begin(request, sizeof(*job));
        job->wanted = wanted;
        walk(job);
    }
    complaints_clear(&complaints);
}

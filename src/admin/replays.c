/*
 * POST /v1/admin/replays: what is meant is looked for first, and remembered in
 * the generation it had then; so of several replays that mean the same thing
 * one moves it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/gather.h"
#include "admin/inside.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "describe/describe.h"

#include "base/banned.h"

#define RATE_MOST 60000

/* What a body says. */
struct order {
    bool dry_run;
    unsigned rate; /* a minute; 0: at once */
    json_t *ids;   /* borrowed from the body; NULL: by the filter alone */
    struct wanted wanted;
    char *stranger; /* owned; a member that is none */
};

struct posting {
    struct call call;
    bool dry_run;
    struct replay replay;
    json_t *answer; /* owned: what is known before it begins */
};

static void finish(struct posting *job)
{
    json_decref(job->answer);
    call_end(&job->call);
}

/* What both the preview and the order tell of what was found. */
static json_t *found_json(const struct posting *job,
                          const struct gathered *gathered)
{
    json_t *root =
        preview_json(&gathered->preview, job->call.settings, job->replay.rate);

    json_object_set(root, "left_out", gathered->left_out);
    return root;
}

static void log_order(const struct posting *job)
{
    struct log_line line;

    log_change(&line, &job->call, "replay", job->replay.id);
    log_int(&line, "count", job->replay.total);
    log_int(&line, "rate", job->replay.rate);
    log_end(&line);
}

static void started(void *context, const struct error *err)
{
    struct posting *job = context;
    char place[ID_SIZE + 32];
    json_t *root;

    if (err) {
        answer_away(&job->call, err);
        finish(job);
        return;
    }
    log_order(job);
    root = describe_replay(&job->replay);
    json_object_update(root, job->answer);
    snprintf(place, sizeof(place), "/v1/admin/replays/%s", job->replay.id);
    http_reply_header(job->call.exchange, "Location", place);
    answer_json(job->call.exchange, 202, root);
    finish(job);
}

static void refuse_too_many(struct posting *job)
{
    struct complaints complaints = {.count = 0};

    complaints_add(&complaints, "filter", "too_many",
                   "More than %d fit: take a shorter span of time, or a "
                   "reason.",
                   GATHER_MOST);
    answer_fields(job->call.exchange, &complaints);
    complaints_clear(&complaints);
    finish(job);
}

static void answer_preview(struct posting *job, const struct gathered *gathered)
{
    json_t *root = found_json(job, gathered);

    json_object_set_new(root, "dry_run", json_true());
    answer_json(job->call.exchange, 200, root);
    finish(job);
}

static void gathered(void *context, struct gathered *found,
                     const struct error *err)
{
    struct posting *job = context;

    if (err) {
        answer_away(&job->call, err);
        finish(job);
    } else if (found->too_many) {
        refuse_too_many(job);
    } else if (job->dry_run) {
        answer_preview(job, found);
    } else {
        job->answer = found_json(job, found);
        job->replay.total = (int64_t)found->count;
        job->replay.started_at = job->replay.updated_at = clock_wall_ms();
        id_make(job->replay.id, "replay", job->replay.started_at);
        queue_start_replay(job->call.admin->queue, &job->replay, found->items,
                           started, job);
    }
}

/* Texts that can be ids, each of them once. */
static void check_ids(const json_t *ids, struct complaints *complaints)
{
    size_t count = json_array_size(ids);
    char name[ID_NAME_MAX + 1];

    if (!json_is_array(ids) || count < 1 || count > GATHER_IDS_MOST) {
        complaints_add(complaints, "ids", "invalid",
                       "Write a list of 1 to %d ids.", GATHER_IDS_MOST);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(ids, i));

        if (id && strlen(id) < ID_SIZE && id_destination(id, name))
            continue;
        complaints_add(complaints, "ids", "invalid",
                       "Number %zu is not an id of a submission.", i + 1);
        return;
    }
}

static void drop_repeated(json_t *ids)
{
    for (size_t i = 0; i < json_array_size(ids); i++)
        for (size_t j = json_array_size(ids) - 1; j > i; j--)
            if (json_equal(json_array_get(ids, i), json_array_get(ids, j)))
                json_array_remove(ids, j);
}

void body_rate(unsigned *rate, const json_t *value,
               struct complaints *complaints)
{
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > RATE_MOST)
        complaints_add(complaints, "rate", "invalid",
                       "Write how many a minute: a whole number from 1 to %d.",
                       RATE_MOST);
    else
        *rate = (unsigned)json_integer_value(value);
}

static void read_dry_run(struct order *order, const json_t *dry_run,
                         struct complaints *complaints)
{
    order->dry_run = json_is_true(dry_run);
    if (!json_is_boolean(dry_run))
        complaints_add(complaints, "dry_run", "invalid",
                       "Write true or false.");
}

/* One is told; the others come to light when it is mended. */
static void check_members(struct order *order, const json_t *root,
                          struct complaints *complaints)
{
    static const char *const names[] = {"ids", "filter", "dry_run", "rate",
                                        NULL};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(size_t)root, name, value)
    {
        size_t i = 0;

        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (names[i] || order->stranger)
            continue;
        order->stranger = alloc_format("%.64s", name);
        if (!text_utf8_ok(order->stranger, strlen(order->stranger)))
            alloc_replace(&order->stranger, "?");
        complaints_add(complaints, order->stranger, "unknown",
                       "A replay has ids or filter, dry_run and rate.");
    }
}

static void read_order(struct order *order, const json_t *root,
                       const struct settings *settings,
                       struct complaints *complaints)
{
    const json_t *filter = json_object_get(root, "filter");
    const json_t *rate = json_object_get(root, "rate");
    const json_t *dry_run = json_object_get(root, "dry_run");

    order->ids = json_object_get(root, "ids");
    check_members(order, root, complaints);
    if (!order->ids && !filter)
        complaints_add(complaints, "ids", "required",
                       "Say which: ids, or filter; or both, for those of the "
                       "ids that fit.");
    if (order->ids)
        check_ids(order->ids, complaints);
    if (filter)
        wanted_read_filter(&order->wanted, filter, settings, clock_wall_ms(),
                           complaints);
    if (order->wanted.by_state && order->wanted.state != STATE_FAILED)
        complaints_add(complaints, "filter.state", "invalid",
                       "Only what has failed can be replayed.");
    if (rate)
        body_rate(&order->rate, rate, complaints);
    if (dry_run)
        read_dry_run(order, dry_run, complaints);
}

static void begin(struct request *request, struct order *order)
{
    struct posting *job = call_begin(request, sizeof(*job));

    job->dry_run = order->dry_run;
    job->replay.rate = order->rate;
    memcpy(job->replay.by, job->call.by, sizeof(job->replay.by));
    if (order->ids) {
        drop_repeated(order->ids);
        gather_ids(request->admin->queue, order->ids, &order->wanted, gathered,
                   job);
    } else {
        gather_wanted(request->admin->queue, job->call.settings, &order->wanted,
                      gathered, job);
    }
}

void post_replay(struct request *request)
{
    struct complaints complaints = {.count = 0};
    json_t *root = body_read(request->exchange);
    struct order order = {.dry_run = false};

    if (!root)
        return;
    read_order(&order, root, request->admin->settings, &complaints);
    if (complaints.count)
        answer_fields(request->exchange, &complaints);
    else
        begin(request, &order);
    complaints_clear(&complaints);
    wanted_clear(&order.wanted);
    free(order.stranger);
    json_decref(root);
}

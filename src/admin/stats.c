/* GET /v1/admin/stats: what is where in each destination, and in those that the
 * settings do not have. */
#include <stdlib.h>

#include "admin/inside.h"
#include "base/clock.h"
#include "describe/describe.h"

#include "base/banned.h"

struct stats {
    struct call call;
    size_t destination; /* of the settings, under way */
    json_t *list;       /* owned until it is told */
};

static void ask(struct stats *stats);

static void tell(struct stats *stats, const struct left *left, size_t count)
{
    json_t *root = json_object();

    json_object_set_new(root, "at", describe_instant(clock_wall_ms()));
    json_object_set(root, "destinations", stats->list);
    json_object_set_new(root, "destinations_left", describe_left(left, count));
    answer_json(stats->call.exchange, 200, root);
}

static void finish(struct stats *stats)
{
    json_decref(stats->list);
    call_end(&stats->call);
}

static void found_left(void *context, const struct left *list, size_t count,
                       const struct error *err)
{
    struct stats *stats = context;

    if (err)
        answer_away(&stats->call, err);
    else
        tell(stats, list, count);
    finish(stats);
}

static void tallied(void *context, const struct tally *tally,
                    const struct error *err)
{
    struct stats *stats = context;
    const struct settings *settings = stats->call.settings;

    if (err) {
        answer_away(&stats->call, err);
        finish(stats);
        return;
    }
    json_array_append_new(
        stats->list,
        describe_tally(settings->destinations[stats->destination++].name,
                       tally));
    ask(stats);
}

static void ask(struct stats *stats)
{
    const struct settings *settings = stats->call.settings;

    if (stats->destination < settings->destination_count) {
        queue_tally(stats->call.admin->queue,
                    settings->destinations[stats->destination].name, tallied,
                    stats);
        return;
    }
    queue_left(stats->call.admin->queue, found_left, stats);
}

void get_stats(struct request *request)
{
    struct stats *stats = call_begin(request, sizeof(*stats));

    stats->list = json_array();
    ask(stats);
}

/*
 * Steps along a sorted set. A step asks for what has the last score too, since
 * many may have it, and passes over those that were given already.
 */
#include "queue/trail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

void trail_init(struct trail *trail, struct queue *queue,
                const char *destination, const char *set)
{
    *trail = (struct trail){.queue = queue, .from = INT64_MIN, .to = INT64_MAX};
    snprintf(trail->destination, sizeof(trail->destination), "%s", destination);
    snprintf(trail->set, sizeof(trail->set), "%s", set);
}

void trail_clear(struct trail *trail)
{
    free(trail->spots);
    trail->spots = NULL;
    trail->count = trail->size = 0;
}

static bool passed(const struct trail *trail, const struct held_spot *spot)
{
    int order;

    if (!trail->begun)
        return false;
    order = spot->at < trail->last.at   ? -1
            : spot->at > trail->last.at ? 1
                                        : strcmp(spot->id, trail->last.id);
    return trail->newest_first ? order >= 0 : order <= 0;
}

static void add(struct trail *trail, const char *id, const char *score)
{
    struct held_spot spot = {.at = (int64_t)strtod(score, NULL)};

    snprintf(spot.id, sizeof(spot.id), "%s", id);
    if (passed(trail, &spot))
        return;
    if (trail->count == trail->size) {
        trail->size = trail->size ? 2 * trail->size : trail->asked;
        trail->spots =
            alloc_resize(trail->spots, trail->size, sizeof(*trail->spots));
    }
    trail->spots[trail->count++] = spot;
}

static void ask(struct trail *trail);

static void answered(void *context, const struct redis_answer *answer)
{
    struct trail *trail = context;
    size_t rows = redis_count(answer->reply) / 2;
    struct error err;

    if (call_failed(answer, &err)) {
        trail->done(trail->context, &err);
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        const char *id = redis_text(redis_at(answer->reply, 2 * i));
        const char *score = redis_text(redis_at(answer->reply, 2 * i + 1));

        if (id && score && trail->count < trail->wanted)
            add(trail, id, score);
    }
    trail->over = rows < trail->asked && trail->count < trail->wanted;
    if (trail->count == 0 && !trail->over) {
        trail->asked *= 2; /* more of one score than it asks for */
        ask(trail);
        return;
    }
    if (trail->count) {
        trail->last = trail->spots[trail->count - 1];
        trail->begun = true;
    }
    trail->done(trail->context, NULL);
}

static void add_bound(struct command *command, int64_t bound)
{
    if (bound == INT64_MAX)
        command_text(command, "+inf");
    else if (bound == INT64_MIN)
        command_text(command, "-inf");
    else
        command_int(command, bound);
}

static void ask(struct trail *trail)
{
    int64_t from = trail->from, to = trail->to;
    struct command command;

    if (trail->begun && trail->newest_first)
        to = trail->last.at < to ? trail->last.at : to;
    else if (trail->begun)
        from = trail->last.at > from ? trail->last.at : from;
    command_plain(&command, "ZRANGE");
    command_key(&command, trail->destination, trail->set, "");
    add_bound(&command, trail->newest_first ? to : from);
    add_bound(&command, trail->newest_first ? from : to);
    command_text(&command, "BYSCORE");
    if (trail->newest_first)
        command_text(&command, "REV");
    command_text(&command, "LIMIT");
    command_int(&command, 0);
    command_int(&command, (int64_t)trail->asked);
    command_text(&command, "WITHSCORES");
    call_start(trail->queue, &command, (struct call_plan){0, true}, answered,
               trail);
}

void trail_step(struct trail *trail, size_t n, trail_done *done, void *context)
{
    trail->count = 0;
    trail->wanted = n;
    trail->asked = n + 8; /* mostly enough for those of the last score */
    trail->done = done;
    trail->context = context;
    ask(trail);
}

/* Numbers of a destination, and what `check` reports of the server. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/id.h"
#include "queue/library.h"
#include "queue/state.h"

#include "base/banned.h"

/*
 * Who waits longest cannot be seen from when each is due: what was tried is due
 * later, each time more. So it is looked for among those who are due first (not
 * tried yet, or not for long) and last (tried most), by their ids.
 */
#define ENDS 64

struct tallying {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    int64_t first_at; /* when the oldest of those seen came in; 0: none */
    queue_tallied *tallied;
    void *context;
};

/* The order of ah3_tally's answer. */
enum tally_place {
    AT_NOW,
    AT_DELIVER,
    AT_RECONCILE,
    AT_CALLBACK,
    AT_RUN,
    AT_DEAD,
    AT_DONE,
    AT_HELD,
    AT_OLDEST_DELIVER,
    AT_OLDEST_RECONCILE,
    AT_OLDEST_CALLBACK,
    AT_HOLD,
    AT_HOLD_UNTIL,
    AT_BUDGET,
    AT_ACCEPTED,
    AT_DELIVERED,
    AT_LINKED,
    AT_UNLINKED,
    AT_FAILED,
    AT_GRACE,
    AT_PROBE,
    AT_BROWN,
    AT_ASKING,
    AT_TROUBLE,
    AT_SINCE,
    AT_AGAIN,
    AT_GONE,
};

static int64_t number(const struct redis_reply *reply, enum tally_place place)
{
    return redis_integer(redis_at(reply, place));
}

/* Those of a URL that the form does not have any more say nothing. */
static void read_gone(const struct redis_reply *reply,
                      const struct settings *settings, struct tally *tally)
{
    for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
        const char *name = redis_text(redis_at(reply, i));
        const char *gone = redis_text(redis_at(reply, i + 1));
        const struct settings_form *form =
            name ? settings_form(settings, name) : NULL;
        size_t n = tally->gone_count;

        if (!form || n == TALLY_GONE_MAX ||
            !queue_is_gone(gone, form->callback.url))
            continue;
        snprintf(tally->gone[n].form, sizeof(tally->gone[n].form), "%s", name);
        tally->gone[n].since = strtoll(gone, NULL, 10);
        tally->gone_count++;
    }
}

static void read_weather(const struct redis_reply *reply, struct tally *tally)
{
    const char *trouble = redis_text(redis_at(reply, AT_TROUBLE));

    tally->probe_at = number(reply, AT_PROBE);
    tally->brown_until = number(reply, AT_BROWN);
    tally->asking = number(reply, AT_ASKING) != 0;
    tally->asking_tickets = number(reply, AT_ASKING) == 2;
    snprintf(tally->trouble, sizeof(tally->trouble), "%s",
             trouble ? trouble : "");
    tally->trouble_since = number(reply, AT_SINCE);
    tally->again_at = number(reply, AT_AGAIN);
}

static void read_tally(const struct redis_reply *reply, struct tally *tally)
{
    const char *hold = redis_text(redis_at(reply, AT_HOLD));

    tally->due[STAGE_DELIVER] = number(reply, AT_DELIVER);
    tally->due[STAGE_RECONCILE] = number(reply, AT_RECONCILE);
    tally->due[STAGE_CALLBACK] = number(reply, AT_CALLBACK);
    tally->oldest_ms[STAGE_DELIVER] = number(reply, AT_OLDEST_DELIVER);
    tally->oldest_ms[STAGE_RECONCILE] = number(reply, AT_OLDEST_RECONCILE);
    tally->oldest_ms[STAGE_CALLBACK] = number(reply, AT_OLDEST_CALLBACK);
    tally->running = number(reply, AT_RUN);
    tally->dead = number(reply, AT_DEAD);
    tally->done = number(reply, AT_DONE);
    tally->held = number(reply, AT_HELD);
    if (!hold || !hold_reason_by_name(hold, &tally->hold))
        tally->hold = HOLD_NONE;
    tally->hold_until = number(reply, AT_HOLD_UNTIL);
    tally->budget_left = number(reply, AT_BUDGET);
    tally->accepted = number(reply, AT_ACCEPTED);
    tally->delivered = number(reply, AT_DELIVERED);
    tally->linked = number(reply, AT_LINKED);
    tally->unlinked = number(reply, AT_UNLINKED);
    tally->failed = number(reply, AT_FAILED);
    tally->grace_ms = number(reply, AT_GRACE);
    read_weather(reply, tally);
}

static void finish(struct tallying *job, const struct tally *tally,
                   const struct error *err)
{
    job->tallied(job->context, tally, err);
    free(job);
}

static void tallied(void *context, const struct redis_answer *answer)
{
    struct tallying *job = context;
    struct tally tally = {0};
    struct error err;
    int64_t age;

    if (call_failed(answer, &err)) {
        finish(job, NULL, &err);
        return;
    }
    read_tally(answer->reply, &tally);
    tally.left = !settings_destination(job->queue->settings, job->destination);
    read_gone(redis_at(answer->reply, AT_GONE), job->queue->settings, &tally);
    age = number(answer->reply, AT_NOW) - job->first_at;
    if (job->first_at && tally.due[STAGE_DELIVER])
        tally.oldest_ms[STAGE_DELIVER] = age > 0 ? age : 0;
    finish(job, &tally, NULL);
}

static void count(struct tallying *job)
{
    static const char *const sets[] = {
        "due:deliver", "due:reconcile", "due:callback", "run",  "dead",
        "done",        "held",          "budget",       "meta",
    };
    const struct settings_destination *found =
        settings_destination(job->queue->settings, job->destination);
    struct command command;
    char share[32];

    snprintf(share, sizeof(share), "%.3f", found ? found->reserve : 0.0);
    command_function(&command, "ah3_tally");
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        command_key(&command, job->destination, sets[i], "");
    command_int(&command, found ? found->budget_per_minute : 0);
    command_text(&command, share);
    call_start(job->queue, &command, (struct call_plan){0, true}, tallied, job);
}

/* False: that was the answer. */
static bool note_oldest(struct tallying *job, const struct redis_answer *answer)
{
    struct error err;
    int64_t at;

    if (call_failed(answer, &err)) {
        finish(job, NULL, &err);
        return false;
    }
    for (size_t i = 0; i < redis_count(answer->reply); i++) {
        const char *id = redis_text(redis_at(answer->reply, i));

        if (id && id_made_at(id, &at) && (!job->first_at || at < job->first_at))
            job->first_at = at;
    }
    return true;
}

static void look(struct tallying *job, int first, int last, redis_done *seen)
{
    struct command command;

    command_plain(&command, "ZRANGE");
    command_key(&command, job->destination, "due:deliver", "");
    command_int(&command, first);
    command_int(&command, last);
    call_start(job->queue, &command, (struct call_plan){0, true}, seen, job);
}

static void saw_last(void *context, const struct redis_answer *answer)
{
    if (note_oldest(context, answer))
        count(context);
}

static void saw_first(void *context, const struct redis_answer *answer)
{
    if (note_oldest(context, answer))
        look(context, -ENDS, -1, saw_last);
}

void queue_tally(struct queue *queue, const char *destination,
                 queue_tallied *told, void *context)
{
    struct tallying *job = NEW(struct tallying);

    job->queue = queue;
    snprintf(job->destination, sizeof(job->destination), "%s", destination);
    job->tallied = told;
    job->context = context;
    look(job, 0, ENDS - 1, saw_first);
}

/* check: asked of the server itself, ready or not. */
struct checking {
    struct queue *queue;
    struct server server;
    int64_t asked_at; /* wall clock */
    int64_t skew_ms;
    queue_checked *checked;
    void *context;
};

static void end_check(struct checking *job, const struct redis_answer *answer)
{
    const char *said = redis_text(answer->reply);
    char digest[CRYPTO_HEX_SIZE];
    struct queue_server report = {
        .version = job->server.version,
        .policy = job->server.policy,
        .appendonly = job->server.appendonly,
        .appendfsync = job->server.appendfsync,
        .role = job->server.role,
        .used_memory = job->server.used_memory,
        .full = server_full(&job->server),
        .max_memory = job->server.max_memory,
        .clock_skew_ms = job->skew_ms,
        .replicas = job->server.replicas,
        .min_replicas = job->server.min_replicas,
        .on_disk = server_on_disk(&job->server),
    };

    library_digest(digest);
    report.library_loaded = said && strcmp(said, digest) == 0;
    job->checked(job->context, &report, NULL);
    free(job);
}

static void compared(void *context, const struct redis_answer *answer)
{
    struct checking *job = context;
    struct error err;

    if (answer->fate == REDIS_ANSWERED) {
        end_check(job, answer);
        return;
    }
    (void)call_failed(answer, &err);
    job->checked(job->context, NULL, &err);
    free(job);
}

/* Its clock less ours, taken at the middle between question and answer. */
static void told_time(void *context, const struct redis_answer *answer)
{
    struct checking *job = context;
    int64_t middle = (job->asked_at + clock_wall_ms()) / 2;

    if (redis_count(answer->reply) == 2)
        job->skew_ms = redis_integer(redis_at(answer->reply, 0)) * 1000 +
                       redis_integer(redis_at(answer->reply, 1)) / 1000 -
                       middle;
    redis_callv(job->queue->redis, compared, job, "FCALL", "ah3_version", "0",
                NULL);
}

static void configured(void *context, const struct redis_answer *answer)
{
    struct checking *job = context;

    server_read_config(&job->server, answer->reply);
    job->asked_at = clock_wall_ms();
    redis_callv(job->queue->redis, told_time, job, "TIME", NULL);
}

static void informed(void *context, const struct redis_answer *answer)
{
    struct checking *job = context;
    struct error err;

    if (call_failed(answer, &err)) {
        job->checked(job->context, NULL, &err);
        free(job);
        return;
    }
    server_read_info(&job->server, answer->reply);
    redis_callv(job->queue->redis, configured, job, "CONFIG", "GET",
                "maxmemory-policy", "appendonly", "appendfsync",
                "min-replicas-to-write", NULL);
}

void queue_check(struct queue *queue, queue_checked *checked, void *context)
{
    struct checking *job = NEW(struct checking);

    job->queue = queue;
    job->checked = checked;
    job->context = context;
    redis_callv(queue->redis, informed, job, "INFO", NULL);
}

/*
 * The janitor. Any number of processes may have one: what two of them find at
 * the same time, one of them gets. Rounds are a little irregular, so that they
 * do not all come at once.
 */
#include "queue/janitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "queue/erase.h"
#include "queue/state.h"

#include "base/banned.h"

#define ROUND_MIN_MS 100
#define ROUND_MAX_MS 5000
#define SWEEP_MIN_MS 1000
#define SWEEP_MAX_MS 30000
#define HANDFUL      50  /* leases looked at in one round */
#define SWEEP        200 /* messages erased at a time */
#define CRASH_LIMIT  3   /* leases an item may lose before it is set aside */

#define POISON                                                                 \
    "every worker that took it was lost; look into the log of the workers, "   \
    "then replay it"

struct errand {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    char id[ID_SIZE]; /* once it is about one item */
};

static struct errand *errand_new(struct queue *queue, const char *destination,
                                 const char *id)
{
    struct errand *errand = NEW(struct errand);

    errand->queue = queue;
    snprintf(errand->destination, sizeof(errand->destination), "%s",
             destination);
    snprintf(errand->id, sizeof(errand->id), "%s", id);
    return errand;
}

static void log_reaped(const char *id)
{
    log_event(LOG_LEVEL_WARN, "lease_expired", "sub", id);
}

static void reaped(void *context, const struct redis_answer *answer)
{
    struct errand *errand = context;

    if (redis_integer(answer->reply) == 1)
        log_reaped(errand->id);
    free(errand);
}

/* The news that a message was given up, if its form wants to hear of it. */
static const char *failed_event(const struct queue *queue, const char *form)
{
    static const char event[] = "submission.failed";

    return form && settings_wants_news(settings_form(queue->settings, form),
                                       event)
               ? event
               : "";
}

static void add_keys(struct command *command, const struct errand *errand,
                     const char *message, const char *other)
{
    const char *name = errand->destination;

    command_key(command, name, "item:", errand->id);
    command_key(command, name, "run", "");
    command_key(command, name, "due:deliver", "");
    command_key(command, name, "due:reconcile", "");
    command_key(command, name, "due:callback", "");
    command_key(command, name, "dead", "");
    command_key(command, name, "meta", "");
    command_key(command, name, "bell", "");
    command_key(command, name, "log:", message);
    command_key(command, name, "item:", other);
}

/* fields: seq, form, of. Of a message the other key is its next news; of a
 * news, its message. */
static void reap(struct errand *errand, const struct redis_reply *fields)
{
    int64_t number = redis_integer(redis_at(fields, 0)) + 1;
    const char *form = redis_text(redis_at(fields, 1));
    const char *of = redis_text(redis_at(fields, 2));
    struct command command;
    char next[ID_SIZE + 24];

    snprintf(next, sizeof(next), "%s.%lld", errand->id, (long long)number);
    command_function(&command, "ah3_reap");
    add_keys(&command, errand, of ? of : errand->id, of ? of : next);
    command_text(&command, errand->id);
    command_int(&command, CRASH_LIMIT);
    command_text(&command, of ? "" : failed_event(errand->queue, form));
    command_int(&command, number);
    command_text(&command, POISON);
    command_text(&command, "lease ran out: the worker that had it is lost");
    call_start(errand->queue, &command, (struct call_plan){0}, reaped, errand);
}

static void looked(void *context, const struct redis_answer *answer)
{
    struct errand *errand = context;
    struct error err;

    if (call_failed(answer, &err))
        free(errand);
    else
        reap(errand, answer->reply);
}

static void look(struct queue *queue, const char *destination, const char *id)
{
    struct command command;

    command_plain(&command, "HMGET");
    command_key(&command, destination, "item:", id);
    command_text(&command, "seq");
    command_text(&command, "form");
    command_text(&command, "of");
    call_start(queue, &command, (struct call_plan){0}, looked,
               errand_new(queue, destination, id));
}

/* When those of one handful are gone, the next one; unless none of them went.
 */
static void swept(void *context, size_t count, const struct error *err)
{
    struct queue *queue = context;
    struct janitor *janitor = &queue->janitor;

    (void)err; /* it is found again */
    if (queue->closing)
        return;
    if (count > 0)
        janitor->progress = true;
    if (--janitor->sweeping > 0 || !janitor->more || !janitor->progress)
        return;
    janitor->sweep_at = 0;
    timer_start(janitor->timer, ROUND_MIN_MS);
}

static void found_expired(void *context, const struct redis_answer *answer)
{
    struct errand *errand = context;
    size_t count = redis_count(answer->reply);

    failpoint_pass("janitor.expired", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *id = redis_text(redis_at(answer->reply, i));

        if (id)
            look(errand->queue, errand->destination, id);
    }
    if (count == HANDFUL)
        timer_start(errand->queue->janitor.timer, ROUND_MIN_MS);
    free(errand);
}

static void found_kept(void *context, const struct redis_answer *answer)
{
    struct errand *errand = context;
    struct queue *queue = errand->queue;
    size_t count = redis_count(answer->reply);

    if (count == SWEEP)
        queue->janitor.more = true;
    for (size_t i = 0; i < count && !queue->closing; i++) {
        const char *id = redis_text(redis_at(answer->reply, i));

        if (!id)
            continue;
        queue->janitor.sweeping++;
        erase_item(queue, "sweep", id, swept, queue);
    }
    free(errand);
}

static void ask(struct queue *queue, const char *destination, const char *set,
                int64_t most, redis_done *done)
{
    struct command command;

    command_function(&command, "ah3_past");
    command_key(&command, destination, set, "");
    command_int(&command, most);
    call_start(queue, &command, (struct call_plan){0}, done,
               errand_new(queue, destination, ""));
}

/* The times that a clock put right has left behind are mended in the move. */
static void clock_watched(void *context, const struct redis_answer *answer)
{
    struct errand *errand = context;
    int64_t back = redis_integer(answer->reply);
    struct log_line line;

    if (back > 0) {
        log_begin(&line, LOG_LEVEL_WARN, "clock_went_back");
        log_text(&line, "destination", errand->destination);
        log_int(&line, "ms", back);
        log_text(&line, "why",
                 "the clock of Redis's machine was put back; what was planned "
                 "by it is done so much sooner");
        log_end(&line);
    }
    free(errand);
}

static void watch_clock(struct queue *queue,
                        const struct settings_destination *destination)
{
    static const char *const keys[] = {"meta",          "budget",
                                       "run",           "due:deliver",
                                       "due:reconcile", "due:callback"};
    struct command command;

    command_function(&command, "ah3_clock");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        command_key(&command, destination->name, keys[i], "");
    command_int(&command, destination->lease_ms);
    call_start(queue, &command, (struct call_plan){0}, clock_watched,
               errand_new(queue, destination->name, ""));
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* A quarter of the shortest lease, give or take a quarter of that. */
static int64_t round_ms(const struct queue *queue)
{
    const struct settings *settings = queue->settings;
    int64_t ms = 4 * ROUND_MAX_MS;

    for (size_t i = 0; i < settings->destination_count; i++)
        ms = clamp(settings->destinations[i].lease_ms, 1, ms);
    ms = clamp(ms / 4, ROUND_MIN_MS, ROUND_MAX_MS);
    return ms - ms / 4 + (int64_t)crypto_random_below((unsigned)ms / 2 + 1);
}

/* As often as the form that keeps things shortest asks for. */
static int64_t sweep_ms(const struct queue *queue)
{
    const struct settings *settings = queue->settings;
    int64_t ms = SWEEP_MAX_MS;

    for (size_t i = 0; i < settings->form_count; i++)
        ms = clamp(settings->forms[i].keep_ms, SWEEP_MIN_MS, ms);
    return ms + (int64_t)crypto_random_below((unsigned)ms / 2);
}

static void start_sweep(struct queue *queue, int64_t now)
{
    struct janitor *janitor = &queue->janitor;
    const struct settings *settings = queue->settings;

    janitor->sweep_at = now + sweep_ms(queue);
    janitor->more = janitor->progress = false;
    for (size_t i = 0; i < settings->destination_count; i++)
        ask(queue, settings->destinations[i].name, "done", SWEEP, found_kept);
    for (size_t i = 0; i < queue->left.count; i++)
        ask(queue, queue->left.list[i].name, "done", SWEEP, found_kept);
}

static void go_round(void *context)
{
    struct queue *queue = context;
    const struct settings *settings = queue->settings;
    int64_t now = clock_boot_ms();

    timer_start(queue->janitor.timer, round_ms(queue));
    if (!queue->ready)
        return;
    for (size_t i = 0; i < settings->destination_count; i++) {
        watch_clock(queue, &settings->destinations[i]);
        ask(queue, settings->destinations[i].name, "run", HANDFUL,
            found_expired);
    }
    if (now >= queue->janitor.sweep_at && queue->janitor.sweeping == 0)
        start_sweep(queue, now);
    left_look(queue, now);
}

void queue_start_janitor(struct queue *queue)
{
    if (queue->janitor.timer)
        return;
    queue->janitor.queue = queue;
    queue->janitor.timer = timer_new(queue->loop, go_round, queue);
    timer_start(queue->janitor.timer, ROUND_MIN_MS);
}

void janitor_clear(struct janitor *janitor)
{
    timer_free(janitor->timer);
    *janitor = (struct janitor){0};
}

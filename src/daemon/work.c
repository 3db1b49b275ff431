/*
 * `afterhours work`: one event loop, hundreds of turns in flight. The only
 * place that waits; the stages are asked, the queue is told.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "daemon/backlog.h"
#include "daemon/daemon.h"
#include "daemon/lane.h"
#include "daemon/secret_watch.h"
#include "daemon/setup.h"
#include "daemon/spare.h"
#include "daemon/supervise.h"

#include "base/banned.h"

#define CONNECTIONS_PER_HOST 64
#define DRAIN_CHECK_MS       50
#define DRAIN_WITHOUT_MS     3000 /* how long a drain waits for a lost Redis */

/* clang-format off */
static const struct lane_kind {
    enum stage stage;
    size_t flights, batch;
} lane_kinds[] = {
    { STAGE_DELIVER,   256,  1 },
    { STAGE_RECONCILE,   4, 50 },
    { STAGE_CALLBACK,  128,  1 },
};
/* clang-format on */

struct worker {
    const struct daemon_options *options;
    struct settings *settings;
    struct flight_deck deck;
    struct signals *signals;
    struct secret_watch *secrets;
    struct backlog *backlog;
    struct spare *spare;
    struct lane **lanes; /* owned; of the settings' destinations */
    size_t lane_count;
    struct lane **leaving; /* of destinations that are gone; finishing */
    size_t leaving_count;
    struct timer *drain_check;
    int64_t missing_ms; /* of a drain, so long without Redis */
    bool draining;
};

static void on_landed(void *context, const struct flight_end *end)
{
    struct worker *worker = context;

    if (end->refused)
        secret_watch_look(worker->secrets);
    for (size_t i = 0; end->due_at && i < worker->lane_count; i++) {
        enum stage stage = lane_stage(worker->lanes[i]);

        if (stage == end->next ||
            (stage == STAGE_DELIVER && end->next == STAGE_RESOLVE))
            lane_wake_at(worker->lanes[i], end->due_at);
    }
}

static void on_bell(void *context)
{
    struct worker *worker = context;

    access_wake(worker->deck.access);
    for (size_t i = 0; i < worker->lane_count; i++)
        lane_wake(worker->lanes[i]);
}

/* clang-format off */
static const struct { enum log_level level; const char *name; } access_lines[] = {
    [ACCESS_EVENT_RENEWED] = { LOG_LEVEL_INFO,  "token_renewed" },
    [ACCESS_EVENT_DELAYED] = { LOG_LEVEL_WARN,  "token_late" },
    [ACCESS_EVENT_REFUSED] = { LOG_LEVEL_ERROR, "token_refused" },
    [ACCESS_EVENT_TRIED]   = { LOG_LEVEL_INFO,  "token_tried" },
};
/* clang-format on */

static void log_access(const struct access_told *told)
{
    struct log_line line;

    log_begin(&line, access_lines[told->event].level,
              access_lines[told->event].name);
    log_text(&line, "destination", told->destination);
    if (told->why)
        log_text(&line, "reason", told->why);
    if (told->event == ACCESS_EVENT_REFUSED)
        log_text(&line, "advice",
                 "mend the destination's oauth: another refresh_token is used "
                 "at once; 'afterhours resume' tries again with this one");
    log_end(&line);
}

static void on_access(void *context, const struct access_told *told)
{
    struct worker *worker = context;

    if (told->event != ACCESS_EVENT_CHANGED) {
        log_access(told);
        return;
    }
    for (size_t i = 0; i < worker->lane_count; i++)
        if (strcmp(lane_destination(worker->lanes[i]), told->destination) == 0)
            lane_wake(worker->lanes[i]);
}

static struct lane *existing_lane(struct worker *worker, const char *name,
                                  enum stage stage)
{
    for (size_t i = 0; i < worker->lane_count; i++) {
        struct lane *lane = worker->lanes[i];

        if (lane && lane_stage(lane) == stage &&
            strcmp(lane_destination(lane), name) == 0) {
            worker->lanes[i] = NULL;
            return lane;
        }
    }
    return NULL;
}

static struct lane *new_lane(struct worker *worker, const char *name,
                             const struct lane_kind *kind)
{
    const struct lane_options options = {
        .destination = name,
        .stage = kind->stage,
        .flights = kind->flights,
        .batch = kind->batch,
        .landed = on_landed,
        .context = worker,
    };

    return lane_new(&worker->deck, worker->settings, &options);
}

/* Lanes of destinations that are gone finish what they have. */
static void retire_rest(struct worker *worker, struct lane **old, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!old[i])
            continue;
        lane_take_work(old[i], false);
        worker->leaving =
            alloc_resize(worker->leaving, worker->leaving_count + 1,
                         sizeof(*worker->leaving));
        worker->leaving[worker->leaving_count++] = old[i];
    }
    free(old);
}

/* Makes the lanes fit the settings; existing ones go on as they are. */
static void make_lanes(struct worker *worker)
{
    const struct settings *settings = worker->settings;
    size_t kinds = sizeof(lane_kinds) / sizeof(lane_kinds[0]);
    size_t count = settings->destination_count * kinds;
    struct lane **lanes = NEW_ARRAY(count, struct lane *);

    for (size_t i = 0; i < count; i++) {
        const char *name = settings->destinations[i / kinds].name;
        const struct lane_kind *kind = &lane_kinds[i % kinds];

        lanes[i] = existing_lane(worker, name, kind->stage);
        if (lanes[i])
            lane_use_settings(lanes[i], worker->settings);
        else
            lanes[i] = new_lane(worker, name, kind);
    }
    retire_rest(worker, worker->lanes, worker->lane_count);
    worker->lanes = lanes;
    worker->lane_count = count;
}

static size_t flying(const struct worker *worker)
{
    size_t count = 0;

    for (size_t i = 0; i < worker->lane_count; i++)
        count += lane_flying(worker->lanes[i]);
    for (size_t i = 0; i < worker->leaving_count; i++)
        count += lane_flying(worker->leaving[i]);
    return count;
}

/* Nothing is being sent, and what became of it cannot be recorded. */
static bool only_redis_is_missing(const struct worker *worker)
{
    const char *why;

    return !queue_ready(worker->deck.queue, &why) &&
           http_client_active(worker->deck.client) == 0;
}

static void check_drained(void *context)
{
    struct worker *worker = context;

    if (flying(worker) == 0 && !access_busy(worker->deck.access)) {
        loop_stop(worker->deck.loop);
        return;
    }
    worker->missing_ms =
        only_redis_is_missing(worker) ? worker->missing_ms + DRAIN_CHECK_MS : 0;
    if (worker->missing_ms < DRAIN_WITHOUT_MS) {
        timer_start(worker->drain_check, DRAIN_CHECK_MS);
        return;
    }
    log_event(LOG_LEVEL_WARN, "stopping_now", "advice",
              "Redis is away; what was in hand comes back when its lease runs "
              "out, and is looked for before it is sent");
    loop_stop(worker->deck.loop);
}

static void take_work(struct worker *worker, bool on)
{
    for (size_t i = 0; i < worker->lane_count; i++)
        lane_take_work(worker->lanes[i], on);
}

static void stop(struct worker *worker)
{
    struct log_line line;

    if (worker->draining) {
        log_event(LOG_LEVEL_WARN, "stopping_now", "advice",
                  "what was in hand comes back when its lease runs out");
        loop_stop(worker->deck.loop);
        return;
    }
    worker->draining = true;
    take_work(worker, false);
    access_pause(worker->deck.access);
    log_begin(&line, LOG_LEVEL_INFO, "draining");
    log_int(&line, "in_flight", (int64_t)flying(worker));
    log_end(&line);
    check_drained(worker);
}

static void reload(struct worker *worker)
{
    struct settings *fresh = setup_reload(worker->options, "work");

    if (!fresh)
        return;
    settings_release(worker->settings);
    worker->settings = fresh;
    queue_use_settings(worker->deck.queue, fresh);
    access_use_settings(worker->deck.access, fresh);
    backlog_settings(worker->backlog);
    make_lanes(worker);
}

static void on_secrets(void *context)
{
    struct worker *worker = context;

    if (!worker->draining)
        reload(worker);
}

static void on_signal(void *context, int number)
{
    struct worker *worker = context;

    if (number == SIGTERM || number == SIGINT)
        stop(worker);
    if (number == SIGHUP && !worker->draining)
        reload(worker);
    if (worker->draining || (number != SIGTSTP && number != SIGCONT))
        return;
    take_work(worker, number == SIGCONT);
    log_event(LOG_LEVEL_INFO, number == SIGCONT ? "resumed" : "paused",
              "advice", number == SIGCONT ? NULL : "send CONT to go on");
}

static bool start(struct worker *worker, struct error *err)
{
    struct flight_deck *deck = &worker->deck;

    worker->settings = setup_settings(worker->options, "work", err);
    if (!worker->settings)
        return false;
    deck->loop = loop_new();
    deck->queue = queue_new(deck->loop, worker->settings, err);
    if (!deck->queue)
        return false;
    deck->client = http_client_new(deck->loop, CONNECTIONS_PER_HOST);
    deck->weather = weather_station_new(deck->loop, deck->queue);
    deck->access =
        access_new(&(struct access_options){deck->loop, deck->queue,
                                            deck->client, on_access, worker},
                   worker->settings);
    worker->signals = signals_new(deck->loop, on_signal, worker);
    worker->secrets =
        secret_watch_new(deck->loop, &worker->settings, on_secrets, worker);
    worker->backlog = backlog_new(deck->loop, deck->queue, &worker->settings);
    worker->spare = spare_new(deck->loop);
    worker->drain_check = timer_new(deck->loop, check_drained, worker);
    queue_on_bell(deck->queue, on_bell, worker);
    queue_start_janitor(deck->queue);
    queue_run_replays(deck->queue);
    make_lanes(worker);
    return true;
}

static void clear(struct worker *worker)
{
    for (size_t i = 0; i < worker->lane_count; i++)
        lane_free(worker->lanes[i]);
    for (size_t i = 0; i < worker->leaving_count; i++)
        lane_free(worker->leaving[i]);
    free(worker->lanes);
    free(worker->leaving);
    access_free(worker->deck.access);
    weather_station_free(worker->deck.weather);
    http_client_free(worker->deck.client);
    backlog_stop(worker->backlog);
    queue_free(worker->deck.queue); /* tells every lane and flight still open */
    backlog_free(worker->backlog);
    timer_free(worker->drain_check);
    spare_free(worker->spare);
    secret_watch_free(worker->secrets);
    signals_free(worker->signals);
    loop_free(worker->deck.loop);
    settings_release(worker->settings);
}

static int run(const struct daemon_options *options)
{
    struct worker worker = {.options = options};
    struct error err = {0};
    int code = 0;

    setup_process();
    if (start(&worker, &err)) {
        log_event(LOG_LEVEL_INFO, "working", NULL, NULL);
        loop_run(worker.deck.loop);
        log_event(LOG_LEVEL_INFO, "stopped", NULL, NULL);
    } else {
        code = setup_failed("work", &err);
    }
    clear(&worker);
    return code;
}

int daemon_work(const struct daemon_options *options)
{
    if (options->child)
        return run(options);
    return supervise_role(options, "work", run);
}

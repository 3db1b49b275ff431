/* One stage of one destination in one worker. See lane.h. */
#include "daemon/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "daemon/targets.h"

#include "base/banned.h"

#define POLL_MS      1000 /* the longest a lost ring of the bell can cost */
#define RESERVE_MOST 64   /* items asked for at once */
#define GATHER_MS    20   /* the longest a free berth waits for others */

struct berth {
    struct lane *lane;
    struct flight *flight; /* NULL: free */
    struct target *target; /* of a callback, or NULL */
    int64_t began_at;
};

struct lane {
    struct flight_deck deck;
    struct settings *settings; /* held */
    struct lane_options options;
    char *destination;    /* owned; options.destination points here */
    struct berth *berths; /* options.flights of them */
    size_t flying;
    struct targets targets; /* of callbacks */
    bool on;
    bool asking;      /* a reservation is under way */
    size_t returning; /* items being given back */
    bool again;       /* woken while asking */
    bool closed;      /* freed as soon as the queue owes no answer */
    struct timer *timer;
    int64_t planned_at; /* boot clock of the timer, ms; 0: not running */
};

static void ask(struct lane *lane);

static void plan(struct lane *lane, int64_t ms)
{
    int64_t at = clock_boot_ms() + ms;

    if (lane->planned_at && lane->planned_at <= at)
        return;
    lane->planned_at = at;
    timer_start(lane->timer, ms);
}

static void due(void *context)
{
    struct lane *lane = context;

    lane->planned_at = 0;
    ask(lane);
}

/*
 * A question costs Redis the same for one item as for many: while enough is
 * under way, berths are gathered before they are filled.
 */
static bool worth_asking(const struct lane *lane)
{
    size_t room = lane->options.flights - lane->flying;

    return room * lane->options.batch >= RESERVE_MOST ||
           lane->flying <= lane->options.flights / 2;
}

/* What the line on callbacks that were stopped says of them. */
struct stopping {
    char *form, *origin; /* owned */
};

/* Once for all workers; what else there is is set aside without being sent. */
static void stopped_callbacks(void *context, size_t count,
                              const struct error *err)
{
    struct stopping *stopping = context;
    struct log_line line;

    if (!err && count) {
        log_begin(&line, LOG_LEVEL_WARN, "callbacks_stopped");
        log_text(&line, "form", stopping->form);
        log_text(&line, "to", stopping->origin);
        log_text(&line, "reason", "it said 410: it wants no more callbacks");
        log_text(&line, "advice",
                 "correct callback.url and send HUP, or say 'afterhours resume "
                 "--callbacks' and the form; then replay what failed");
        log_end(&line);
    }
    free(stopping->form);
    free(stopping->origin);
    free(stopping);
}

static void stop_callbacks(struct lane *lane, const struct target *target,
                           const struct settings_form *form)
{
    struct stopping *stopping = NEW(struct stopping);

    stopping->form = alloc_text(form->name);
    stopping->origin = alloc_text(target ? target->origin : NULL);
    queue_stop_callbacks(lane->deck.queue, form, stopped_callbacks, stopping);
}

static void landed(void *context, const struct flight_end *end)
{
    struct berth *berth = context;
    struct lane *lane = berth->lane;

    berth->flight = NULL;
    lane->flying--;
    if (berth->target)
        target_landed(berth->target, end->heard,
                      clock_boot_ms() - berth->began_at);
    if (end->gone)
        stop_callbacks(lane, berth->target, end->gone);
    lane->options.landed(lane->options.context, end);
    if (worth_asking(lane))
        ask(lane);
    else
        plan(lane, GATHER_MS);
}

static void fly(struct lane *lane, const struct flight_load *load,
                struct target *target)
{
    struct berth *berth = lane->berths;

    while (berth->flight)
        berth++;
    lane->flying++;
    berth->target = target;
    berth->began_at = clock_boot_ms();
    berth->flight =
        flight_start(&lane->deck, lane->settings, load, landed, berth);
}

static void lane_dispose(struct lane *lane)
{
    timer_free(lane->timer);
    settings_release(lane->settings);
    targets_clear(&lane->targets);
    free(lane->destination);
    free(lane->berths);
    free(lane);
}

static void dispose_if_closed(struct lane *lane)
{
    if (lane->closed && !lane->asking && lane->returning == 0)
        lane_dispose(lane);
}

static void given_back(void *context, enum settle_result result,
                       const struct error *err)
{
    struct lane *lane = context;

    /* Given back or not: the lease runs out anyway. */
    (void)result;
    (void)err;
    lane->returning--;
    dispose_if_closed(lane);
}

static void give_back(struct lane *lane, struct reservation *reservation)
{
    for (size_t i = 0; i < reservation->count; i++) {
        lane->returning++;
        queue_give_back(lane->deck.queue, &reservation->items[i], given_back,
                        lane);
        submission_clear(&reservation->items[i].submission);
    }
    free(reservation->items);
}

/* Where a callback goes; NULL for all other stages. */
static const char *url_of(const struct lane *lane,
                          const struct submission *submission)
{
    const struct settings_form *form;

    if (lane->options.stage != STAGE_CALLBACK)
        return NULL;
    form = settings_form(lane->settings, submission->form);
    return form ? form->callback.url : NULL;
}

/* As it was, later: there is no room for more to this target. */
static void put_off(struct lane *lane, struct turn_item *item,
                    struct target *target)
{
    lane->returning++;
    queue_put_off(lane->deck.queue, item,
                  target_put_off_ms(target, clock_boot_ms()), given_back, lane);
    submission_clear(&item->submission);
}

/* Cuts what was reserved into turns. */
static void take(struct lane *lane, struct reservation *reservation)
{
    size_t batch = lane->options.batch;

    for (size_t i = 0; i < reservation->count; i += batch) {
        size_t left = reservation->count - i;
        struct flight_load load = {
            .count = left < batch ? left : batch,
            .deadline_at = reservation->deadline_at,
        };
        const char *url = url_of(lane, &reservation->items[i].submission);
        struct target *target = NULL;

        load.unwanted =
            queue_is_gone(reservation->items[i].submission.gone, url);
        if (!load.unwanted)
            target = targets_find(&lane->targets, url);
        if (target && !target_admit(target)) {
            put_off(lane, &reservation->items[i], target);
            continue;
        }
        load.items = NEW_ARRAY(load.count, struct turn_item);
        memcpy(load.items, reservation->items + i,
               load.count * sizeof(*load.items));
        fly(lane, &load, target);
    }
    free(reservation->items);
}

static void plan_next(struct lane *lane, const struct reservation *reservation,
                      bool full)
{
    int64_t ms = POLL_MS;

    if (full || lane->again) {
        ms = worth_asking(lane) ? 0 : GATHER_MS;
    } else if (reservation->next_at) {
        ms = reservation->next_at - clock_wall_ms();
        if (ms < 1)
            ms = 1;
        if (ms > POLL_MS)
            ms = POLL_MS;
    }
    lane->again = false;
    plan(lane, ms);
}

static void reserved(void *context, struct reservation *reservation,
                     const struct error *err)
{
    struct lane *lane = context;
    bool full;

    lane->asking = false;
    if (err && !lane->closed)
        plan(lane, POLL_MS);
    if (err) {
        dispose_if_closed(lane);
        return;
    }
    full = reservation->count > 0;
    if (full)
        failpoint_pass("lane.reserved", stage_name(lane->options.stage));
    if (lane->closed || !lane->on) {
        give_back(lane, reservation);
        dispose_if_closed(lane);
        return;
    }
    take(lane, reservation);
    plan_next(lane, reservation, full);
}

/* Without a token nothing could be sent: what is due waits in Redis. */
static bool has_token(const struct lane *lane)
{
    return lane->options.stage == STAGE_CALLBACK ||
           access_state(lane->deck.access, lane->destination) ==
               ACCESS_STATE_READY;
}

static void ask(struct lane *lane)
{
    size_t room = lane->options.flights - lane->flying;
    size_t want = room * lane->options.batch;

    if (!lane->on)
        return;
    if (lane->asking) {
        lane->again = true;
        return;
    }
    if (room == 0 || !has_token(lane))
        return;
    lane->asking = true;
    failpoint_pass("lane.ask", stage_name(lane->options.stage));
    queue_reserve(lane->deck.queue, lane->destination, lane->options.stage,
                  want < RESERVE_MOST ? want : RESERVE_MOST, reserved, lane);
}

struct lane *lane_new(const struct flight_deck *deck, struct settings *settings,
                      const struct lane_options *options)
{
    struct lane *lane = NEW(struct lane);

    lane->deck = *deck;
    lane->settings = settings_hold(settings);
    lane->options = *options;
    lane->destination = alloc_text(options->destination);
    lane->options.destination = lane->destination;
    lane->berths = NEW_ARRAY(options->flights, struct berth);
    for (size_t i = 0; i < options->flights; i++)
        lane->berths[i].lane = lane;
    lane->timer = timer_new(deck->loop, due, lane);
    lane->on = true;
    plan(lane, 0);
    return lane;
}

void lane_free(struct lane *lane)
{
    if (!lane)
        return;
    lane->on = false;
    for (size_t i = 0; i < lane->options.flights; i++)
        if (lane->berths[i].flight)
            flight_abandon(lane->berths[i].flight);
    timer_stop(lane->timer);
    lane->closed = true;
    dispose_if_closed(lane);
}

void lane_use_settings(struct lane *lane, struct settings *settings)
{
    settings_hold(settings);
    settings_release(lane->settings);
    lane->settings = settings;
}

void lane_wake(struct lane *lane)
{
    ask(lane);
}

void lane_wake_at(struct lane *lane, int64_t at)
{
    int64_t ms = at - clock_wall_ms();

    if (ms < 1)
        ms = 1;
    if (lane->on && ms < POLL_MS)
        plan(lane, ms);
}

void lane_take_work(struct lane *lane, bool on)
{
    lane->on = on;
    if (on)
        ask(lane);
}

size_t lane_flying(const struct lane *lane)
{
    return lane->flying + lane->returning + (lane->asking ? 1 : 0);
}

const char *lane_destination(const struct lane *lane)
{
    return lane->destination;
}

enum stage lane_stage(const struct lane *lane)
{
    return lane->options.stage;
}

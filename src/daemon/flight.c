/*
 * A turn in flight. The order that keeps the promise: an intent is on record
 * before a post leaves, nothing leaves after the own deadline, and whatever
 * became of it is settled under the lease's token. See flight.h.
 */
#include "daemon/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "callback/callback.h"
#include "daemon/patience.h"
#include "daemon/refusal.h"
#include "deliver/deliver.h"
#include "reconcile/reconcile.h"

#include "base/banned.h"

#define BEATS_PER_LEASE 4

struct flight {
    struct flight_deck deck;
    struct settings *settings; /* held */
    struct turn turn;
    struct secret token;  /* as it was when the flight began */
    int64_t token_number; /* 0: it is set */
    bool doubted;         /* it was refused, and another one will be had */
    const struct stage_ops *ops;
    struct step step;
    struct http_call *call; /* under way, or NULL */
    struct timer *beat;
    int64_t deadline_at; /* boot clock, ms */
    int64_t renewed_at;  /* boot clock when the beat under way was sent */
    size_t open;         /* answers of the queue still to come */
    struct flight_end end;
    bool gone;      /* a callback's receiver said 410 */
    bool leaving;   /* lands with the last open answer of the queue */
    bool abandoned; /* the same, but nobody wants to hear of it */
    flight_landed *landed;
    void *context;
};

static const struct stage_ops *ops_of(enum stage stage)
{
    static const struct stage_ops *const all[STAGE_COUNT] = {
        [STAGE_DELIVER] = &deliver_stage,
        [STAGE_RESOLVE] = &resolve_stage,
        [STAGE_RECONCILE] = &reconcile_stage,
        [STAGE_CALLBACK] = &callback_stage,
    };

    return all[stage];
}

/* A failpoint of this flight's stage. */
static bool reached(const struct flight *flight, const char *name)
{
    return failpoint(name, stage_name(flight->ops->stage));
}

static void flight_free(struct flight *flight)
{
    if (flight->call)
        http_call_cancel(flight->call);
    if (flight->ops && flight->ops->end)
        flight->ops->end(&flight->turn);
    http_request_clear(&flight->step.request);
    timer_free(flight->beat);
    for (size_t i = 0; i < flight->turn.count; i++)
        submission_clear(&flight->turn.items[i].submission);
    free(flight->turn.items);
    secret_clear(&flight->token);
    settings_release(flight->settings);
    free(flight);
}

static void land(struct flight *flight)
{
    flight_landed *landed = flight->landed;
    void *context = flight->context;
    struct flight_end end = flight->end;
    struct settings *settings = settings_hold(flight->settings);
    bool told = !flight->abandoned;

    if (flight->gone && flight->ops->stage == STAGE_CALLBACK)
        end.gone = flight->turn.form;
    flight_free(flight);
    if (told)
        landed(context, &end);
    settings_release(settings);
}

/* Sends nothing more, and lands as soon as the queue owes no answer. */
static void leave(struct flight *flight)
{
    if (flight->call) {
        http_call_cancel(flight->call);
        flight->call = NULL;
    }
    timer_stop(flight->beat);
    flight->leaving = true;
    if (flight->open == 0)
        land(flight);
}

/* One answer of the queue is in. False: the flight has landed with it. */
static bool still_flying(struct flight *flight)
{
    flight->open--;
    if (!flight->leaving)
        return true;
    if (flight->open == 0)
        land(flight);
    return false;
}

static void log_lost(const struct flight *flight, const struct turn_item *item,
                     const struct error *err)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "lease_lost");
    log_text(&line, "sub", item->submission.id);
    log_text(&line, "stage", stage_name(flight->ops->stage));
    log_text(&line, "error",
             err ? err->text : "somebody else has it; our verdict is dropped");
    log_end(&line);
}

/* What waits for a person is told louder than what mends itself. */
static enum log_level level_of(const struct verdict *verdict,
                               const struct outcome *outcome)
{
    if (verdict->next == STAGE_BURIED)
        return LOG_LEVEL_ERROR;
    return outcome->hold == HOLD_CREDENTIALS || outcome->hold == HOLD_FORBIDDEN
               ? LOG_LEVEL_WARN
               : LOG_LEVEL_INFO;
}

/* The one line of this fate. */
static void log_fate(const struct turn_item *item,
                     const struct verdict *verdict, int64_t now)
{
    const struct submission *sub = &item->submission;
    const struct outcome *outcome = &item->outcome;
    struct log_line line;

    log_begin(&line, level_of(verdict, outcome), "settled");
    log_text(&line, "sub", sub->id);
    log_text(&line, "stage", stage_name(sub->stage));
    log_text(&line, "outcome", outcome_name(verdict->outcome));
    log_text(&line, "next", stage_name(verdict->next));
    if (verdict->due_at > now)
        log_int(&line, "in_ms", verdict->due_at - now);
    if (outcome->status)
        log_int(&line, "status", outcome->status);
    log_int(&line, "took_ms", outcome->took_ms);
    log_int(&line, "attempts", sub->attempts);
    if (outcome->ticket_id)
        log_int(&line, "ticket", outcome->ticket_id);
    if (outcome->hold != HOLD_NONE)
        log_text(&line, "hold", hold_reason_name(outcome->hold));
    if (outcome->reason[0])
        log_text(&line, "reason", outcome->reason);
    log_end(&line);
}

static void settled(void *context, enum settle_result result,
                    const struct error *err)
{
    struct flight *flight = context;

    const struct turn_item *first = &flight->turn.items[0];

    reached(flight, "flight.settled");
    if (err || result == SETTLE_LOST)
        log_lost(flight, first, err);
    if (!err && result == SETTLE_OPEN)
        refusal_log_end(flight->turn.destination);
    if (!err && result == SETTLE_HELD) {
        refusal_log_hold(flight->turn.destination, first->submission.stage,
                         &first->outcome);
        if (flight->deck.access)
            access_refused(flight->deck.access, flight->turn.destination->name,
                           first->with);
    }
    still_flying(flight);
}

static void judge(const struct flight *flight, const struct turn_item *item,
                  struct verdict *verdict)
{
    const struct submission *sub = &item->submission;
    struct patience patience;
    double random = crypto_random_below(1 << 20) / (double)(1 << 20);

    patience_for(flight->turn.destination, sub->stage, &patience);
    *verdict =
        verdict_after(sub, &item->outcome, &patience, flight->turn.now, random);
    if (!settings_wants_news(settings_form(flight->settings, sub->form),
                             verdict->event))
        verdict->event = NULL;
}

/* Which token it was that the destination does not accept, if so. */
static void note_refusal(struct flight *flight, struct turn_item *item)
{
    if (flight->ops->stage == STAGE_CALLBACK ||
        !refusal_is(item->outcome.status))
        return;
    flight->end.refused = true;
    access_name(flight->turn.destination, &flight->token, flight->token_number,
                item->with);
}

/* The last answer of the turn is in: say what became of it, give it back. */
static void conclude(struct flight *flight)
{
    reached(flight, "flight.settle");
    timer_stop(flight->beat);
    flight->leaving = true;
    flight->turn.now = clock_wall_ms();
    flight->open += flight->turn.count;
    for (size_t i = 0; i < flight->turn.count; i++) {
        struct turn_item *item = &flight->turn.items[i];
        struct verdict verdict;

        judge(flight, item, &verdict);
        if (flight->doubted) {
            item->outcome.hold = HOLD_NONE;
            verdict.hold_ms = 0;
        }
        note_refusal(flight, item);
        log_fate(item, &verdict, flight->turn.now);
        flight->end.next = verdict.next;
        flight->end.due_at = verdict.due_at;
        flight->end.heard = item->outcome.status != 0;
        flight->gone = item->outcome.status == 410;
        queue_settle(flight->deck.queue, item, &verdict, settled, flight);
    }
}

/*
 * Nothing was sent and nothing will be: the same outcome for every item. A look
 * that was not made says nothing about a post that was: unknown.
 */
static void give_up_unsent(struct flight *flight, const char *reason)
{
    bool certain = flight->ops->intends;

    for (size_t i = 0; i < flight->turn.count; i++) {
        struct outcome *outcome = &flight->turn.items[i].outcome;

        outcome_set(outcome, certain ? OUTCOME_BUSY : OUTCOME_UNKNOWN, reason);
        outcome->nothing_sent = certain;
    }
    conclude(flight);
}

static void proceed(struct flight *flight);

/*
 * A token that ended early, or was revoked, is no reason to hold the
 * destination while another one can be had. If that is refused as well,
 * access/ holds it.
 */
static void doubt_token(struct flight *flight)
{
    if (!flight->token_number || flight->ops->stage == STAGE_CALLBACK)
        return;
    flight->doubted = true;
    access_doubt(flight->deck.access, flight->turn.destination->name,
                 flight->token_number);
}

static void answered(void *context, const struct http_response *answer)
{
    static char nothing[] = "";
    static const struct http_response lost = {.fate = HTTP_LOST,
                                              .body = nothing};
    struct flight *flight = context;

    if (reached(flight, "flight.answered"))
        answer = &lost;
    flight->call = NULL;
    flight->turn.now = clock_wall_ms();
    if (answer->status == 401)
        doubt_token(flight);
    if (flight->ops->stage != STAGE_CALLBACK)
        weather_seen(flight->deck.weather, flight->turn.destination, answer);
    http_request_clear(&flight->step.request);
    memset(&flight->step, 0, sizeof(flight->step));
    flight->ops->resume(&flight->turn, answer, &flight->step);
    proceed(flight);
}

/*
 * The last look at the clock before bytes may leave. The request carries the
 * deadline too, for a process that is stopped between here and the first byte.
 */
static void send_request(struct flight *flight)
{
    struct http_request *request = &flight->step.request;
    int64_t left = flight->deadline_at - clock_boot_ms();

    if (reached(flight, "flight.send"))
        left = 0;
    if (left <= request->timeout_ms / 4) {
        give_up_unsent(flight, "the lease was nearly over before sending");
        return;
    }
    if (request->timeout_ms > left)
        request->timeout_ms = left;
    request->not_after_at = flight->deadline_at;
    flight->call =
        http_client_send(flight->deck.client, request, answered, flight);
    reached(flight, "flight.sent");
}

static void intended(void *context, enum settle_result result,
                     const struct error *err)
{
    struct flight *flight = context;

    if (!still_flying(flight))
        return;
    if (err || reached(flight, "flight.intended")) {
        give_up_unsent(flight, "the intent could not be recorded");
        return;
    }
    if (result == SETTLE_LOST) {
        log_lost(flight, &flight->turn.items[0], NULL);
        leave(flight);
        return;
    }
    send_request(flight);
}

static void proceed(struct flight *flight)
{
    if (flight->step.finished) {
        conclude(flight);
        return;
    }
    if (!flight->ops->intends) {
        send_request(flight);
        return;
    }
    flight->open++;
    reached(flight, "flight.intend");
    queue_intend(flight->deck.queue, &flight->turn.items[0], intended, flight);
}

static int64_t beat_interval(const struct flight *flight)
{
    return flight->turn.items[0].lease_ms / BEATS_PER_LEASE;
}

static int64_t lease_left(const struct flight *flight)
{
    int64_t lease = flight->turn.items[0].lease_ms;

    return lease - lease / 10;
}

static void beaten(void *context, enum settle_result result,
                   const struct error *err)
{
    struct flight *flight = context;

    if (!err && result == SETTLE_OK)
        flight->deadline_at = flight->renewed_at + lease_left(flight);
    if (!still_flying(flight))
        return;
    /* Of many, one that is lost is refused when it is settled. */
    if (err || result != SETTLE_LOST || flight->turn.count > 1)
        return;
    log_lost(flight, &flight->turn.items[0], NULL);
    leave(flight);
}

static void beat(void *context)
{
    struct flight *flight = context;
    timer_start(flight->beat, beat_interval(flight));
    /* A beat that overlaps another answer would only muddle the deadline. */
    if (flight->open > 0)
        return;
    reached(flight, "flight.beat");
    flight->renewed_at = clock_boot_ms();
    flight->open += flight->turn.count;
    for (size_t i = 0; i < flight->turn.count; i++)
        queue_beat(flight->deck.queue, &flight->turn.items[i], beaten, flight);
}

struct flight *flight_start(const struct flight_deck *deck,
                            struct settings *settings,
                            const struct flight_load *load,
                            flight_landed *landed, void *context)
{
    struct flight *flight = NEW(struct flight);
    const struct submission *first = &load->items[0].submission;

    flight->deck = *deck;
    flight->settings = settings_hold(settings);
    flight->deadline_at = load->deadline_at;
    flight->landed = landed;
    flight->context = context;
    flight->turn.destination =
        settings_destination(settings, first->destination);
    flight->turn.form = settings_form(settings, first->form);
    flight->token_number =
        access_token(deck->access, flight->turn.destination, &flight->token);
    flight->turn.token = &flight->token;
    flight->turn.unwanted = load->unwanted;
    flight->turn.items = load->items;
    flight->turn.count = load->count;
    flight->turn.now = clock_wall_ms();
    flight->ops = ops_of(first->stage);
    flight->beat = timer_new(deck->loop, beat, flight);
    timer_start(flight->beat, beat_interval(flight));
    reached(flight, "flight.start");
    flight->ops->begin(&flight->turn, &flight->step);
    proceed(flight);
    return flight;
}

void flight_abandon(struct flight *flight)
{
    flight->abandoned = true;
    leave(flight);
}

/* Calls of the queue's functions. See call.h. */
#include "queue/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "queue/meeting.h"
#include "queue/state.h"

#include "base/banned.h"

#define TICK_MS 25 /* between two looks at what waits */

struct call {
    struct call *next; /* in queue->waiting */
    struct queue *queue;
    struct command command;
    struct call_plan plan;
    int64_t until;      /* boot clock: patience is over */
    int64_t not_before; /* boot clock: of a repetition */
    bool maybe_done;    /* an earlier sending has an unknown fate */
    redis_done *done;
    void *context;
};

/* Errors that say "not now", without anything having been done. */
static const char *const not_now[] = {
    "LOADING",    "BUSY",     "TRYAGAIN", "CLUSTERDOWN",
    "MASTERDOWN", "READONLY", NULL,
};

static void finish(struct call *call, const struct redis_answer *answer)
{
    call->done(call->context, answer);
    command_clear(&call->command);
    free(call);
}

/* Never later than planned: calls that go on arriving must not put it off. */
static void plan_tick(struct queue *queue, int64_t ms)
{
    int64_t at = clock_boot_ms() + ms;

    if (queue->tick_at && queue->tick_at <= at)
        return;
    queue->tick_at = at;
    timer_start(queue->tick, ms);
}

static void wait_again(struct call *call, int64_t ms)
{
    struct call_list *waiting = &call->queue->waiting;

    call->not_before = clock_boot_ms() + ms;
    call->next = NULL;
    if (waiting->last)
        waiting->last->next = call;
    else
        waiting->first = call;
    waiting->last = call;
    plan_tick(call->queue, ms < TICK_MS ? ms : TICK_MS);
}

static bool library_gone(const struct redis_answer *answer)
{
    const char *text = redis_text(answer->reply);

    return redis_type(answer->reply) == REDIS_TYPE_ERROR && text &&
           strstr(text, "Function not found");
}

static bool refused_for_now(const struct redis_answer *answer)
{
    for (size_t i = 0; not_now[i]; i++)
        if (redis_is_error(answer->reply, not_now[i]))
            return true;
    return library_gone(answer);
}

static bool worth_repeating(const struct call *call,
                            const struct redis_answer *answer)
{
    if (call->queue->closing || clock_boot_ms() >= call->until)
        return false;
    if (answer->fate == REDIS_NOT_SENT)
        return true;
    if (answer->fate == REDIS_UNKNOWN)
        return call->plan.repeat;
    return refused_for_now(answer);
}

static void flown(void *context, const struct redis_answer *answer)
{
    static const struct redis_answer lost = {REDIS_UNKNOWN, NULL, "failpoint"};
    struct call *call = context;
    struct redis_answer told;

    if (failpoint("queue.answered", command_name(&call->command)))
        answer = &lost;
    told = *answer;
    if (answer->fate == REDIS_ANSWERED && refused_for_now(answer))
        meeting_again(call->queue);
    if (answer->fate == REDIS_UNKNOWN)
        call->maybe_done = true;
    if (worth_repeating(call, answer)) {
        wait_again(call, TICK_MS);
        return;
    }
    if (answer->fate == REDIS_NOT_SENT && call->maybe_done)
        told.fate = REDIS_UNKNOWN;
    finish(call, &told);
}

static void fly(struct call *call, int64_t now)
{
    int64_t left = call->until - now;
    int64_t usual = call->queue->settings->redis.timeout_ms;

    if (failpoint("queue.call", command_name(&call->command))) {
        wait_again(call, TICK_MS);
        return;
    }
    command_send(&call->command, call->queue->redis,
                 left < usual ? left : usual, flown, call);
}

/*
 * Ready is not enough: between the loss of a connection and the word of it, the
 * client would keep a command for the next connection, and the next server must
 * be met first.
 */
static bool may_fly(const struct queue *queue)
{
    return queue->ready && redis_connected(queue->redis);
}

void call_start(struct queue *queue, struct command *command,
                struct call_plan plan, redis_done *done, void *context)
{
    struct call *call = NEW(struct call);
    int64_t now = clock_boot_ms();

    if (plan.patience_ms <= 0)
        plan.patience_ms = queue->settings->redis.timeout_ms;
    call->queue = queue;
    call->command = *command;
    call->plan = plan;
    call->until = now + plan.patience_ms;
    call->done = done;
    call->context = context;
    *command = (struct command){0};
    if (may_fly(queue))
        fly(call, now);
    else
        wait_again(call, 0);
}

static void expire(struct call *call)
{
    struct redis_answer answer = {call->maybe_done ? REDIS_UNKNOWN
                                                   : REDIS_NOT_SENT,
                                  NULL, call->queue->why};

    finish(call, &answer);
}

/* One pass over what waits now; what a callback adds waits for the next. */
static void pass(struct queue *queue, bool at_once)
{
    struct call *call = queue->waiting.first, *next;
    int64_t now = clock_boot_ms();

    queue->waiting = (struct call_list){0};
    for (; call; call = next) {
        next = call->next;
        call->next = NULL;
        if (queue->closing || now >= call->until)
            expire(call);
        else if (may_fly(queue) && (at_once || now >= call->not_before))
            fly(call, now);
        else
            wait_again(call, call->not_before > now ? call->not_before - now
                                                    : TICK_MS);
    }
}

void calls_tick(void *context)
{
    struct queue *queue = context;

    queue->tick_at = 0;
    pass(queue, false);
}

void calls_flush(struct queue *queue)
{
    pass(queue, true);
}

void calls_end(struct queue *queue)
{
    while (queue->waiting.first)
        pass(queue, true);
}

bool call_failed(const struct redis_answer *answer, struct error *err)
{
    const char *text;

    if (answer->fate == REDIS_UNKNOWN)
        return !error_set(err, ERROR_UNAVAILABLE, "Redis: no answer (%s)",
                          answer->why ? answer->why : "connection lost");
    if (answer->fate == REDIS_NOT_SENT)
        return !error_set(err, ERROR_UNAVAILABLE, "Redis: %s",
                          answer->why ? answer->why : "not reached");
    if (redis_type(answer->reply) != REDIS_TYPE_ERROR)
        return false;
    text = redis_text(answer->reply);
    return !error_set(err, ERROR_FAILED, "Redis: %s", text ? text : "error");
}

/* Whom to tell in words of the queue: one of the two. */
struct asking {
    queue_count_done *counted;
    queue_done *done;
    void *context;
};

static void tell(void *context, const struct redis_answer *answer)
{
    struct asking *asking = context;
    struct error err;
    bool failed = call_failed(answer, &err);
    int64_t count = failed ? 0 : redis_integer(answer->reply);

    if (asking->counted)
        asking->counted(asking->context, (size_t)count, failed ? &err : NULL);
    else
        asking->done(asking->context, failed ? &err : NULL);
    free(asking);
}

void call_for_count(struct queue *queue, struct command *command,
                    struct call_plan plan, queue_count_done *done,
                    void *context)
{
    struct asking *asking = NEW(struct asking);

    asking->counted = done;
    asking->context = context;
    call_start(queue, command, plan, tell, asking);
}

void call_for_done(struct queue *queue, struct command *command,
                   struct call_plan plan, queue_done *done, void *context)
{
    struct asking *asking = NEW(struct asking);

    asking->done = done;
    asking->context = context;
    call_start(queue, command, plan, tell, asking);
}

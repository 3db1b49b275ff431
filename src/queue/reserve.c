/*
 * Reserving: peek names candidates, then reserve takes those still due under a
 * fresh random token each. The own deadline is counted from before the request
 * left, so it can only be earlier than the lease's end in Redis.
 */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "queue/item.h"
#include "queue/state.h"

#include "base/banned.h"

#define RESERVE_MAX 64 /* items in one call: bounds how long Redis is busy */

struct candidate {
    char id[ID_SIZE];
    char token[TURN_TOKEN_SIZE];
};

struct reserving {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    enum stage stage;
    size_t wanted;
    size_t count; /* of candidates */
    struct candidate candidates[RESERVE_MAX];
    int64_t lease_ms; /* new settings do not change what was asked for */
    int64_t asked_at; /* boot clock */
    queue_reserved *reserved;
    void *context;
};

static void finish(struct reserving *job, struct reservation *reservation,
                   const struct error *err)
{
    job->reserved(job->context, reservation, err);
    free(job);
}

static void add_budget(struct command *command, const struct reserving *job)
{
    const struct settings_destination *found =
        settings_destination(job->queue->settings, job->destination);
    char share[32];

    snprintf(share, sizeof(share), "%.3f", found ? found->reserve : 0.0);
    command_int(command, found ? found->budget_per_minute : 0);
    command_text(command, share);
}

static void add_line_key(struct command *command, const struct reserving *job)
{
    command_key(command, job->destination, "due:", stage_name(job->stage));
}

/* From Redis's clock to ours, by the difference from its now. */
static int64_t our_time(const struct redis_reply *reply)
{
    int64_t now = redis_integer(redis_at(reply, 0));
    int64_t at = redis_integer(redis_at(reply, 1));

    if (at == 0)
        return 0;
    return clock_wall_ms() + (at > now ? at - now : 0);
}

static void ignore(void *context, const struct redis_answer *answer)
{
    (void)context;
    (void)answer;
}

/*
 * The answer was lost: perhaps all of them are leased to nobody now. Handing
 * them back by the tokens only we know spares them a lease and a crash.
 */
static void hand_back(struct reserving *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct command command;

        command_function(&command, "ah3_give_back");
        command_key(&command, job->destination, "item:", job->candidates[i].id);
        command_key(&command, job->destination, "run", "");
        add_line_key(&command, job);
        command_key(&command, job->destination, "bell", "");
        command_text(&command, job->candidates[i].id);
        command_text(&command, job->candidates[i].token);
        call_start(job->queue, &command,
                   (struct call_plan){job->lease_ms, true}, ignore, NULL);
    }
}

/*
 * What the stages compare with now, by our clock: patience must not be over
 * early because this machine's clock runs ahead of Redis's. The way here only
 * makes it longer.
 */
static void move_to_our_clock(struct submission *submission, int64_t redis_now)
{
    int64_t ahead = clock_wall_ms() - redis_now;
    int64_t *times[] = {&submission->stage_since, &submission->intent_at,
                        &submission->looked_at};

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (*times[i])
            *times[i] += ahead;
}

static bool read_item(const struct redis_reply *row, struct turn_item *item)
{
    const char *id = redis_text(redis_at(row, 0));
    const char *token = redis_text(redis_at(row, 1));
    const char *body = redis_text(redis_at(row, 3));

    if (!id || !token || !item_read(id, redis_at(row, 2), &item->submission))
        return false;
    item->submission.message =
        body ? alloc_text_n(body, redis_text_len(redis_at(row, 3))) : NULL;
    snprintf(item->token, sizeof(item->token), "%s", token);
    return true;
}

static void read_items(const struct reserving *job,
                       const struct redis_reply *reply,
                       struct reservation *reservation)
{
    int64_t redis_now = redis_integer(redis_at(reply, 0));

    reservation->items = NEW_ARRAY(redis_count(reply) + 1, struct turn_item);
    for (size_t i = 2; i < redis_count(reply); i++) {
        struct turn_item *item = &reservation->items[reservation->count];

        if (!read_item(redis_at(reply, i), item))
            continue;
        item->lease_ms = job->lease_ms;
        move_to_our_clock(&item->submission, redis_now);
        reservation->count++;
    }
}

static void taken(void *context, const struct redis_answer *answer)
{
    struct reserving *job = context;
    struct reservation reservation = {0};
    struct error err;

    if (call_failed(answer, &err)) {
        if (answer->fate == REDIS_UNKNOWN && !job->queue->closing)
            hand_back(job);
        finish(job, &reservation, &err);
        return;
    }
    reservation.next_at = our_time(answer->reply);
    reservation.deadline_at =
        job->asked_at + job->lease_ms - job->lease_ms / 10;
    read_items(job, answer->reply, &reservation);
    if (reservation.count == 0) {
        free(reservation.items);
        reservation.items = NULL;
    }
    finish(job, &reservation, NULL);
}

/* Of all at once: asking for random bytes costs more than their number. */
static void make_tokens(struct reserving *job)
{
    unsigned char bytes[RESERVE_MAX][(TURN_TOKEN_SIZE - 1) / 2];

    crypto_random(bytes, job->count * sizeof(bytes[0]));
    for (size_t i = 0; i < job->count; i++)
        crypto_hex(bytes[i], sizeof(bytes[i]), job->candidates[i].token);
}

static void take(struct reserving *job)
{
    struct queue *queue = job->queue;
    struct command command;

    command_function(&command, "ah3_reserve");
    add_line_key(&command, job);
    command_key(&command, job->destination, "run", "");
    command_key(&command, job->destination, "budget", "");
    command_key(&command, job->destination, "meta", "");
    command_key(&command, job->destination, "due:reconcile", "");
    for (size_t i = 0; i < job->count; i++)
        command_key(&command, job->destination, "item:", job->candidates[i].id);
    for (size_t i = 0; i < job->count && job->stage == STAGE_DELIVER; i++)
        command_key(&command, job->destination, "body:", job->candidates[i].id);
    command_text(&command, stage_name(job->stage));
    command_int(&command, (int64_t)job->count);
    add_budget(&command, job);
    command_int(&command, job->lease_ms);
    for (size_t i = 0; i < job->count; i++)
        command_text(&command, job->candidates[i].id);
    make_tokens(job);
    for (size_t i = 0; i < job->count; i++)
        command_text(&command, job->candidates[i].token);
    command_text(&command, queue_access_name(queue, job->destination));
    job->asked_at = clock_boot_ms();
    call_start(queue, &command, (struct call_plan){0}, taken, job);
}

static void peeked(void *context, const struct redis_answer *answer)
{
    struct reserving *job = context;
    struct reservation reservation = {0};
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &reservation, &err);
        return;
    }
    for (size_t i = 2; i < redis_count(answer->reply); i++) {
        const char *id = redis_text(redis_at(answer->reply, i));
        char name[ID_NAME_MAX + 1];

        if (id && job->count < job->wanted && queue_id_read(id, name))
            snprintf(job->candidates[job->count++].id, ID_SIZE, "%s", id);
    }
    if (job->count > 0) {
        take(job);
        return;
    }
    reservation.next_at = our_time(answer->reply);
    finish(job, &reservation, NULL);
}

void queue_reserve(struct queue *queue, const char *destination,
                   enum stage stage, size_t n, queue_reserved *reserved,
                   void *context)
{
    struct reserving *job = NEW(struct reserving);
    struct command command;

    job->queue = queue;
    snprintf(job->destination, sizeof(job->destination), "%s", destination);
    job->stage = stage == STAGE_RESOLVE ? STAGE_DELIVER : stage;
    job->lease_ms = queue_lease_ms(queue, destination);
    job->wanted = n < RESERVE_MAX ? n : RESERVE_MAX;
    job->reserved = reserved;
    job->context = context;
    command_function(&command, "ah3_peek");
    add_line_key(&command, job);
    command_key(&command, destination, "budget", "");
    command_key(&command, destination, "meta", "");
    command_key(&command, destination, "due:reconcile", "");
    command_key(&command, destination, "due:deliver", "");
    command_text(&command, stage_name(job->stage));
    command_int(&command, (int64_t)job->wanted);
    add_budget(&command, job);
    command_text(&command, queue_access_name(queue, destination));
    call_start(queue, &command, (struct call_plan){0}, peeked, job);
}

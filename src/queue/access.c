/* Access tokens that all workers share. See the part "access" of queue.h. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

/* As long as a hold can be. */
#define RENEW_PATIENCE_MS INT64_C(600000)

/* A refresh token that was spent must not be forgotten for a lost answer. */
#define STORE_PATIENCE_MS INT64_C(30000)

/* The order of ah3_access_take's answer. */
enum grant_place {
    AT_KIND,
    AT_NUMBER,
    AT_TOKEN,
    AT_LEFT,
    AT_ASK,
    AT_REFRESH,
    AT_TRIES,
    AT_WHY,
};

static const char *const kinds[] = {
    [ACCESS_TOKEN] = "token",
    [ACCESS_YOURS] = "yours",
    [ACCESS_WAIT] = "wait",
    [ACCESS_REFUSED] = "refused",
};

static const char *const failures[] = {
    [ACCESS_UNSENT] = "unsent",
    [ACCESS_UNKNOWN] = "unknown",
    [ACCESS_DENIED] = "refused",
};

struct asking {
    queue_access_given *given;
    void *context;
};

static struct asking *asking_new(void *context)
{
    struct asking *asking = NEW(struct asking);

    asking->context = context;
    return asking;
}

/* NULL for the empty text. */
static const char *text_at(const struct redis_reply *reply,
                           enum grant_place place)
{
    const char *text = redis_text(redis_at(reply, place));

    return text && *text ? text : NULL;
}

static void read_grant(const struct redis_reply *reply,
                       struct access_grant *grant)
{
    const char *kind = text_at(reply, AT_KIND);

    grant->kind = ACCESS_WAIT;
    for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kind, kinds[i]) == 0)
            grant->kind = (enum access_kind)i;
    grant->number = redis_integer(redis_at(reply, AT_NUMBER));
    grant->token = text_at(reply, AT_TOKEN);
    grant->left_ms = redis_integer(redis_at(reply, AT_LEFT));
    grant->ask_ms = redis_integer(redis_at(reply, AT_ASK));
    grant->refresh = text_at(reply, AT_REFRESH);
    grant->tries = (unsigned)redis_integer(redis_at(reply, AT_TRIES));
    grant->why = text_at(reply, AT_WHY);
}

static void taken(void *context, const struct redis_answer *answer)
{
    struct asking *asking = context;
    struct access_grant grant = {0};
    struct error err;

    if (call_failed(answer, &err)) {
        asking->given(asking->context, NULL, &err);
    } else {
        read_grant(answer->reply, &grant);
        asking->given(asking->context, &grant, NULL);
    }
    free(asking);
}

void queue_access_take(struct queue *queue, const struct access_wish *wish,
                       queue_access_given *given, void *context)
{
    struct asking *asking = asking_new(context);
    struct command command;

    asking->given = given;
    command_function(&command, "ah3_access_take");
    command_key(&command, wish->destination, "access:", wish->chain);
    command_key(&command, wish->destination, "budget", "");
    command_text(&command, wish->lock);
    command_int(&command, wish->doubted);
    command_int(&command, wish->lease_ms);
    command_text(&command, wish->by);
    call_start(queue, &command, (struct call_plan){0, true}, taken, asking);
}

void queue_access_store(struct queue *queue, const struct access_wish *wish,
                        const struct access_fresh *fresh,
                        queue_count_done *done, void *context)
{
    struct call_plan plan = {STORE_PATIENCE_MS, true};
    struct command command;

    command_function(&command, "ah3_access_store");
    command_key(&command, wish->destination, "access:", wish->chain);
    command_key(&command, wish->destination, "budget", "");
    command_key(&command, wish->destination, "bell", "");
    command_int(&command, fresh->number);
    command_bytes(&command, fresh->token->bytes, fresh->token->len);
    command_bytes(&command, fresh->refresh->bytes, fresh->refresh->len);
    command_int(&command, fresh->lifetime_ms);
    call_for_count(queue, &command, plan, done, context);
}

static struct queue_access *find_access(const struct queue *queue,
                                        const char *destination)
{
    for (size_t i = 0; i < queue->access_count; i++)
        if (strcmp(queue->accesses[i].destination, destination) == 0)
            return &queue->accesses[i];
    return NULL;
}

const char *queue_access_name(const struct queue *queue,
                              const char *destination)
{
    const struct queue_access *found = find_access(queue, destination);

    return found ? found->with : "";
}

static void note_access(struct queue *queue, const char *destination,
                        const char *with)
{
    struct queue_access *found = find_access(queue, destination);

    if (!found) {
        queue->accesses = alloc_resize(queue->accesses, queue->access_count + 1,
                                       sizeof(*queue->accesses));
        found = &queue->accesses[queue->access_count++];
        snprintf(found->destination, sizeof(found->destination), "%s",
                 destination);
    }
    snprintf(found->with, sizeof(found->with), "%s", with);
}

void queue_renew(struct queue *queue, const char *destination, const char *with,
                 queue_count_done *done, void *context)
{
    struct command command;

    note_access(queue, destination, with);
    command_function(&command, "ah3_renew");
    command_key(&command, destination, "budget", "");
    command_key(&command, destination, "bell", "");
    command_text(&command, with);
    call_for_count(queue, &command, (struct call_plan){RENEW_PATIENCE_MS, true},
                   done, context);
}

void queue_access_fail(struct queue *queue, const struct access_wish *wish,
                       const struct access_failed *failed,
                       queue_count_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah3_access_fail");
    command_key(&command, wish->destination, "access:", wish->chain);
    command_key(&command, wish->destination, "budget", "");
    command_text(&command, wish->lock);
    command_int(&command, failed->number);
    command_text(&command, failures[failed->kind]);
    command_int(&command, failed->ms);
    command_text(&command, failed->why);
    command_text(&command, wish->by);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

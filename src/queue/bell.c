/* The doorbell. See bell.h. */
#include "queue/bell.h"

#include "base/log.h"
#include "queue/state.h"

#include "base/banned.h"

#define BELL_WAIT_S     "5"
#define BELL_TIMEOUT_MS 15000 /* a server that waits 5 s is not silent */
#define BELL_AGAIN_MS   250   /* after an answer that was none */

static void answered(void *context, const struct redis_answer *answer)
{
    struct bell *bell = context;
    bool well = answer->fate == REDIS_ANSWERED &&
                redis_type(answer->reply) != REDIS_TYPE_ERROR;
    bool rang = redis_type(answer->reply) == REDIS_TYPE_LIST;

    if (bell->queue->closing)
        return;
    timer_start(bell->soon, well ? 0 : BELL_AGAIN_MS);
    if (rang)
        bell->rung(bell->context);
}

static void listen_again(void *context)
{
    struct bell *bell = context;
    const struct settings *settings = bell->queue->settings;
    struct command command;

    command_plain(&command, "BLPOP");
    for (size_t i = 0; i < settings->destination_count; i++)
        command_key(&command, settings->destinations[i].name, "bell", "");
    command_text(&command, BELL_WAIT_S);
    command_send(&command, bell->redis, 0, answered, bell);
    command_clear(&command);
}

void queue_on_bell(struct queue *queue, void (*rung)(void *context),
                   void *context)
{
    struct bell *bell = &queue->bell;
    struct redis_options options = queue->options; /* borrows its texts */
    struct error err;

    bell->queue = queue;
    bell->rung = rung;
    bell->context = context;
    if (bell->redis)
        return;
    options.timeout_ms = BELL_TIMEOUT_MS;
    bell->redis = redis_new(queue->loop, &options, &err);
    if (!bell->redis) {
        log_event(LOG_LEVEL_WARN, "queue_bell", "error", err.text);
        return;
    }
    bell->soon = timer_new(queue->loop, listen_again, bell);
    timer_start(bell->soon, 0);
}

void bell_clear(struct bell *bell)
{
    redis_free(bell->redis);
    timer_free(bell->soon);
    *bell = (struct bell){0};
}

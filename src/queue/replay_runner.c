/*
 * Works off replays of many. Any number of processes may: each replay is under
 * a lease, and when the process that has it dies, another takes over within
 * seconds. Only items that are buried and of the generation that was seen when
 * the replay was asked for are touched, so two replays of the same thing, or a
 * part done twice, make one.
 */
#include "queue/replays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/log.h"
#include "queue/state.h"

#include "base/banned.h"

#define HANDFUL  50   /* items in hand at once, and replays looked for */
#define LEASE_MS 5000 /* a handful is done in far less */
#define LOOK_MS  2000
#define AGAIN_MS 1000 /* after Redis was away */

/* One replay, while this process has it. */
struct replay_run {
    struct replay_run *next;
    struct queue *queue;
    char id[ID_SIZE];
    struct timer *timer; /* runs unless a call is under way */
    size_t open;         /* calls under way */
    int64_t at;          /* of the list: where items begins */
    struct replay_item items[HANDFUL];
    size_t count, replayed;
    bool failed; /* an answer is missing: the handful is done again */
};

static void take(void *context);

static void run_free(struct replay_run *run)
{
    struct replay_run **at = &run->queue->replays.runs;

    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    timer_free(run->timer);
    free(run);
}

static void wait(struct replay_run *run, int64_t ms)
{
    timer_start(run->timer, ms < LEASE_MS / 3 ? ms : LEASE_MS / 3);
}

static void noted(void *context, const struct redis_answer *answer)
{
    struct replay_run *run = context;
    struct error err;

    run->open--;
    if (run->queue->closing)
        run_free(run);
    else if (call_failed(answer, &err))
        wait(run, AGAIN_MS);
    else
        take(run);
}

static void note(struct replay_run *run)
{
    struct command command;

    command_function(&command, "ah3_replay_note");
    replays_key(&command, "replay:", run->id);
    command_text(&command, run->queue->replays.token);
    command_int(&command, run->at);
    command_int(&command, (int64_t)run->count);
    command_int(&command, (int64_t)run->replayed);
    run->open++;
    call_start(run->queue, &command, (struct call_plan){0, true}, noted, run);
}

static void replayed(void *context, size_t count, const struct error *err)
{
    struct replay_run *run = context;

    run->replayed += count;
    run->failed = run->failed || err;
    if (--run->open > 0)
        return;
    if (run->queue->closing)
        run_free(run);
    else if (run->failed)
        wait(run, AGAIN_MS);
    else
        note(run);
}

/* "support-01J... 3" */
static bool read_item(const char *text, struct replay_item *item)
{
    size_t len = text ? strcspn(text, " ") : 0;

    if (len == 0 || len >= sizeof(item->id))
        return false;
    snprintf(item->id, sizeof(item->id), "%.*s", (int)len, text);
    item->generation = (unsigned)strtoul(text + len, NULL, 10);
    return true;
}

static void work(struct replay_run *run, const struct redis_reply *reply)
{
    size_t rows = redis_count(reply), read = 0;

    run->at = redis_integer(redis_at(reply, 1));
    run->count = rows - 2;
    run->replayed = 0;
    run->failed = false;
    for (size_t i = 2; i < rows && read < HANDFUL; i++)
        read += read_item(redis_text(redis_at(reply, i)), &run->items[read]);
    if (read == 0)
        note(run);
    run->open += read;
    for (size_t i = 0; i < read; i++)
        queue_replay(run->queue, run->items[i].id, run->items[i].generation,
                     run->id, replayed, run);
}

static void log_end_of(const struct replay_run *run,
                       const struct redis_reply *reply)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_INFO, "replay_finished");
    log_text(&line, "replay", run->id);
    log_text(&line, "by", redis_text(redis_at(reply, 1)));
    log_int(&line, "done", redis_integer(redis_at(reply, 2)));
    log_int(&line, "replayed", redis_integer(redis_at(reply, 3)));
    log_end(&line);
}

static void taken(void *context, const struct redis_answer *answer)
{
    struct replay_run *run = context;
    const char *said = redis_text(redis_at(answer->reply, 0));
    struct error err;

    run->open--;
    if (run->queue->closing) {
        run_free(run);
    } else if (call_failed(answer, &err) || !said) {
        wait(run, AGAIN_MS);
    } else if (strcmp(said, "work") == 0 && redis_count(answer->reply) > 2) {
        work(run, answer->reply);
    } else if (strcmp(said, "wait") == 0) {
        wait(run, redis_integer(redis_at(answer->reply, 1)));
    } else {
        if (strcmp(said, "ended") == 0)
            log_end_of(run, answer->reply);
        run_free(run);
    }
}

static void take(void *context)
{
    struct replay_run *run = context;
    struct command command;

    command_function(&command, "ah3_replay_take");
    replays_key(&command, "replay:", run->id);
    replays_key(&command, "todo:", run->id);
    replays_key(&command, "replays", "");
    command_text(&command, run->id);
    command_text(&command, run->queue->replays.token);
    command_int(&command, LEASE_MS);
    command_int(&command, HANDFUL);
    run->open++;
    call_start(run->queue, &command, (struct call_plan){0}, taken, run);
}

static bool has_run(const struct queue *queue, const char *id)
{
    for (struct replay_run *run = queue->replays.runs; run; run = run->next)
        if (strcmp(run->id, id) == 0)
            return true;
    return false;
}

static void begin(struct queue *queue, const char *id)
{
    struct replay_run *run = NEW(struct replay_run);

    run->queue = queue;
    snprintf(run->id, sizeof(run->id), "%s", id);
    run->timer = timer_new(queue->loop, take, run);
    run->next = queue->replays.runs;
    queue->replays.runs = run;
    take(run);
}

static void looked(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;

    for (size_t i = 0; i < redis_count(answer->reply); i++) {
        const char *id = redis_text(redis_at(answer->reply, i));

        if (!queue->closing && id && id_ok(id) && !has_run(queue, id))
            begin(queue, id);
    }
}

void replay_runner_look(void *context)
{
    struct queue *queue = context;
    struct command command;

    if (!queue->replays.timer)
        return;
    timer_start(queue->replays.timer, LOOK_MS);
    if (!queue->ready)
        return;
    command_plain(&command, "ZRANGE");
    replays_key(&command, "replays", "");
    command_int(&command, 0);
    command_int(&command, HANDFUL - 1);
    call_start(queue, &command, (struct call_plan){0, true}, looked, queue);
}

void queue_run_replays(struct queue *queue)
{
    unsigned char token[16];

    if (queue->replays.timer)
        return;
    crypto_random(token, sizeof(token));
    crypto_hex(token, sizeof(token), queue->replays.token);
    queue->replays.timer = timer_new(queue->loop, replay_runner_look, queue);
    timer_start(queue->replays.timer, 1);
}

/* Those with a call under way go when that is told to be over. */
void replay_runner_clear(struct queue *queue)
{
    struct replay_run *run = queue->replays.runs;

    while (run) {
        struct replay_run *next = run->next;

        if (!run->open)
            run_free(run);
        run = next;
    }
    timer_free(queue->replays.timer);
    queue->replays.timer = NULL;
}

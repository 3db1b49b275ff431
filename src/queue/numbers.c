/*
 * Versions side by side. See numbers.h, and "Changing the functions" in
 * README.md.
 *
 *     HMGET {@}numbers -> fit? -> ... -> ah3_arrive -> ready
 *     now and then: FUNCTION LIST -> ah3_retire -> FUNCTION DELETE
 *
 * A process whose library is removed loads it again at its next call, so
 * removing one too early costs it one call more, and nothing else.
 */
#include "queue/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "queue/library.h"
#include "queue/replays.h"
#include "queue/state.h"

#include "base/banned.h"

#define TIDY_MS (INT64_C(3600) * 1000)

struct old {
    struct queue *queue;
    int64_t number;
};

static void add_key(struct command *command)
{
    command_key(command, REPLAYS_TAG, "numbers", "");
}

static void name_of(int64_t number, char name[LIBRARY_NAME_SIZE])
{
    snprintf(name, LIBRARY_NAME_SIZE, LIBRARY_PREFIX "%" PRId64, number);
}

void numbers_ask(struct queue *queue, redis_done *done)
{
    struct command command;

    command_plain(&command, "HMGET");
    add_key(&command);
    command_text(&command, "needs");
    command_text(&command, "newest");
    command_text(&command, "mended");
    command_send(&command, queue->redis, 0, done, queue);
    command_clear(&command);
}

bool numbers_mended(const struct redis_reply *reply, const char *run_id)
{
    const char *mended = redis_text(redis_at(reply, 2));

    return mended && strcmp(mended, run_id) == 0;
}

bool numbers_fit(const struct redis_reply *reply, char *why, size_t size)
{
    int64_t needs = redis_integer(redis_at(reply, 0));
    int64_t newest = redis_integer(redis_at(reply, 1));

    if (needs <= LIBRARY_NUMBER)
        return true;
    snprintf(
        why, size,
        "a later version of afterhours (its queue: number %" PRId64
        ") has worked on this Redis, and what it left needs number %" PRId64
        " or later; this one is number %d: start the later version, or "
        "set another redis.url",
        newest, needs, LIBRARY_NUMBER);
    return false;
}

void numbers_arrive(struct queue *queue, redis_done *done)
{
    struct command command;

    command_function(&command, "ah3_arrive");
    add_key(&command);
    command_int(&command, LIBRARY_NUMBER);
    command_int(&command, LIBRARY_NEEDS);
    command_send(&command, queue->redis, 0, done, queue);
    command_clear(&command);
}

static void removed(void *context, const struct redis_answer *answer)
{
    struct old *old = context;
    struct error err;
    struct log_line line;
    char name[LIBRARY_NAME_SIZE];

    name_of(old->number, name);
    if (!call_failed(answer, &err)) {
        log_begin(&line, LOG_LEVEL_INFO, "library_removed");
        log_text(&line, "name", name);
        log_text(&line, "why",
                 "no process of that version was seen for a week");
        log_end(&line);
    }
    free(old);
}

static void may_go(void *context, const struct redis_answer *answer)
{
    struct old *old = context;
    struct command command;
    char name[LIBRARY_NAME_SIZE];

    if (redis_integer(answer->reply) != 1) {
        free(old);
        return;
    }
    name_of(old->number, name);
    command_plain(&command, "FUNCTION");
    command_text(&command, "DELETE");
    command_text(&command, name);
    call_start(old->queue, &command, (struct call_plan){0}, removed, old);
}

static void ask_for(struct queue *queue, int64_t number)
{
    struct old *old = NEW(struct old);
    struct command command;

    old->queue = queue;
    old->number = number;
    command_function(&command, "ah3_retire");
    add_key(&command);
    command_int(&command, number);
    call_start(queue, &command, (struct call_plan){0}, may_go, old);
}

/* Its number, if it is a library of ours; else 0. */
static int64_t number_of(const struct redis_reply *library)
{
    const char *name = redis_text(redis_at(library, 1)); /* library_name, ... */
    int64_t number;

    if (!name || !text_starts(name, LIBRARY_PREFIX) ||
        !text_int(name + strlen(LIBRARY_PREFIX), 1, INT32_MAX, &number))
        return 0;
    return number;
}

static void listed(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;

    if (queue->closing)
        return;
    for (size_t i = 0; i < redis_count(answer->reply); i++) {
        int64_t number = number_of(redis_at(answer->reply, i));

        if (number > 0 && number < LIBRARY_NUMBER)
            ask_for(queue, number);
    }
}

void numbers_tidy(struct queue *queue)
{
    struct command command;
    int64_t now = clock_boot_ms();

    if (queue->tidy_at && now < queue->tidy_at)
        return;
    queue->tidy_at = now + TIDY_MS;
    command_plain(&command, "FUNCTION");
    command_text(&command, "LIST");
    command_text(&command, "LIBRARYNAME");
    command_text(&command, LIBRARY_PREFIX "*");
    call_start(queue, &command, (struct call_plan){0}, listed, queue);
}

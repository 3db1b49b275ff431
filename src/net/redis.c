/*
 * Commands to Redis: the lists they pass through, their deadlines, and who is
 * told what. See redis.h for the contract and redis_private.h for the parts.
 */
#include "net/redis.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "net/redis_private.h"

#include "base/banned.h"

#define TEXTS_MAX 64 /* arguments of redis_callv() */
#define COUNT_MAX 28 /* bytes: a kind, a number, and two ends of a line */

static void destroy(struct redis *redis)
{
    timer_free(redis->expiry);
    timer_free(redis->soon);
    timer_free(redis->attempt);
    deadlines_clear(&redis->deadlines);
    redis_channels_clear(redis);
    redis_target_clear(&redis->target);
    free(redis);
}

void redis_enter(struct redis *redis)
{
    redis->depth++;
}

void redis_leave(struct redis *redis)
{
    if (--redis->depth == 0 && redis->closing)
        destroy(redis);
}

/* Out of its list; what is to be told is told by redis_tell(). */
void redis_end(struct redis *redis, struct command *command,
               enum redis_fate fate, const char *why)
{
    deadlines_remove(&redis->deadlines, &command->deadline);
    if (command->bytes) {
        TAILQ_REMOVE(&redis->waiting, command, link);
        redis->waiting_count--;
        redis->waiting_bytes -= command->len;
        free(command->bytes);
        command->bytes = NULL;
    } else {
        TAILQ_REMOVE(&redis->sent, command, link);
        if (!command->grave)
            redis->sent_count--;
    }
    command->fate = fate;
    command->why = why;
    TAILQ_INSERT_TAIL(&redis->ended, command, link);
}

static void tell_fate(const struct redis *redis, const struct command *command)
{
    struct redis_answer answer = {command->fate, NULL, command->why};

    if (!answer.why)
        answer.why = redis->why;
    if (command->done)
        command->done(command->context, &answer);
}

/*
 * Whatever a callback does (call, free, nothing), the list stays whole. The
 * analyzer does not see that TAILQ_REMOVE() takes the command out of it.
 */
void redis_tell(struct redis *redis)
{
    struct command *command;

    while ((command = TAILQ_FIRST(&redis->ended))) {
        TAILQ_REMOVE(&redis->ended, command, link);
        tell_fate(redis, command); /* NOLINT(clang-analyzer-unix.Malloc) */
        free(command);
    }
}

static void tell_soon(void *context)
{
    struct redis *redis = context;

    redis_enter(redis);
    redis_tell(redis);
    redis_leave(redis);
}

static void expire_by(struct redis *redis, int64_t at)
{
    if (at >= redis->expiry_at)
        return;
    redis->expiry_at = at;
    timer_start(redis->expiry, at - clock_boot_ms());
}

/*
 * A grave stands in the list for a command that nobody waits for any more, so
 * that its reply, should it come, is not taken for the next one's. Its deadline
 * asks once more whether the connection still speaks.
 */
static void bury_in_place(struct redis *redis, struct command *command,
                          int64_t at)
{
    struct command *grave = NEW(struct command);

    grave->grave = true;
    grave->sent_at = command->sent_at;
    TAILQ_INSERT_AFTER(&redis->sent, command, grave, link);
    deadlines_set(&redis->deadlines, &grave->deadline, at);
}

/* Since when the server owes us a word. */
static int64_t silent_since(const struct redis *redis,
                            const struct command *command)
{
    return command->sent_at > redis->heard_at ? command->sent_at
                                              : redis->heard_at;
}

static void expire_sent(struct redis *redis, struct command *command,
                        int64_t now)
{
    int64_t ask_at = silent_since(redis, command) + redis->target.timeout_ms;

    if (ask_at <= now) {
        redis_set_why(redis, "no answer for %lld ms",
                      (long long)redis->target.timeout_ms);
        redis_drop(redis);
        return;
    }
    if (command->grave) {
        deadlines_set(&redis->deadlines, &command->deadline, ask_at);
        return;
    }
    bury_in_place(redis, command, ask_at);
    redis_end(redis, command, REDIS_UNKNOWN,
              "the answer did not come before the deadline");
}

static void expire(void *context)
{
    struct redis *redis = context;
    int64_t now = clock_boot_ms();
    struct deadline *first;

    redis_enter(redis);
    redis->expiry_at = INT64_MAX;
    while ((first = deadlines_first(&redis->deadlines)) && first->at <= now) {
        struct command *command = (struct command *)first;

        if (command->bytes)
            redis_end(redis, command, REDIS_NOT_SENT, NULL);
        else
            expire_sent(redis, command, now);
    }
    redis_tell(redis);
    first = deadlines_first(&redis->deadlines);
    if (first)
        expire_by(redis, first->at);
    redis_leave(redis);
}

struct redis *redis_new(struct loop *loop, const struct redis_options *options,
                        struct error *err)
{
    struct redis_target target;
    struct redis *redis;

    if (!redis_target_read(&target, options, err)) {
        error_prefix(err, "redis");
        return NULL;
    }
    redis = NEW(struct redis);
    redis->loop = loop;
    redis->target = target;
    redis->expiry_at = INT64_MAX;
    TAILQ_INIT(&redis->waiting);
    TAILQ_INIT(&redis->sent);
    TAILQ_INIT(&redis->ended);
    redis->expiry = timer_new(loop, expire, redis);
    redis->soon = timer_new(loop, tell_soon, redis);
    redis_set_why(redis, "the connection is being made");
    redis_dial_init(redis);
    redis_dial(redis);
    return redis;
}

void redis_free(struct redis *redis)
{
    struct command *command;

    if (!redis || redis->closing)
        return;
    redis_enter(redis);
    redis->closing = true;
    redis->changed = NULL;
    redis_set_why(redis, "the client is being closed");
    redis_hang_up(redis);
    redis_unlink(redis);
    redis_lose_sent(redis);
    while ((command = TAILQ_FIRST(&redis->waiting)))
        redis_end(redis, command, REDIS_NOT_SENT, NULL);
    redis_tell(redis);
    timer_stop(redis->expiry);
    timer_stop(redis->soon);
    redis_leave(redis);
}

/* Everything that was sent is unknown now. */
void redis_lose_sent(struct redis *redis)
{
    struct command *command;

    while ((command = TAILQ_FIRST(&redis->sent)))
        redis_end(redis, command, REDIS_UNKNOWN, NULL);
}

/* libevent writes what was added in one turn of the loop in the next, at once.
 */
static void hand_over(struct redis *redis, struct command *command, int64_t now)
{
    failpoint_pass("redis.write", NULL);
    bufferevent_write(redis->link, command->bytes, command->len);
    free(command->bytes);
    command->bytes = NULL;
    command->sent_at = now;
    TAILQ_INSERT_TAIL(&redis->sent, command, link);
    redis->sent_count++;
}

void redis_send_waiting(struct redis *redis)
{
    int64_t now = clock_boot_ms();
    struct command *command;

    while ((command = TAILQ_FIRST(&redis->waiting))) {
        TAILQ_REMOVE(&redis->waiting, command, link);
        hand_over(redis, command, now);
    }
    redis->waiting_count = 0;
    redis->waiting_bytes = 0;
}

static size_t unsent_bytes(const struct redis *redis)
{
    size_t bytes = redis->waiting_bytes;

    if (redis->link)
        bytes += evbuffer_get_length(bufferevent_get_output(redis->link));
    return bytes;
}

/* Why a command cannot be taken in, or NULL. */
static const char *refusal(const struct redis *redis,
                           const struct command *command)
{
    if (redis->closing)
        return "the client is being closed";
    if (redis_waiting(redis) >= REDIS_WAITING_MAX ||
        unsent_bytes(redis) + command->len > REDIS_UNSENT_MAX)
        return "too many commands are waiting for Redis";
    return NULL;
}

/* "$5\r\n", "*2\r\n"; where it ends. */
static char *write_count(char *out, char kind, size_t count)
{
    char digits[COUNT_MAX], *at = digits + sizeof(digits);

    do {
        *--at = (char)('0' + count % 10);
        count /= 10;
    } while (count);
    *out++ = kind;
    while (at < digits + sizeof(digits))
        *out++ = *at++;
    *out++ = '\r';
    *out++ = '\n';
    return out;
}

static size_t argument_len(const struct redis_command *from, size_t i)
{
    return from->lens ? from->lens[i] : strlen(from->argv[i]);
}

/*
 * By hand, since a command for many items has a thousand arguments; in memory
 * of one piece, which can be wiped.
 */
static void format(struct command *command, const struct redis_command *from)
{
    size_t size = COUNT_MAX;
    char *out;

    for (size_t i = 0; i < from->argc; i++)
        size += COUNT_MAX + argument_len(from, i);
    command->bytes = alloc_resize(NULL, size, 1);
    out = write_count(command->bytes, '*', from->argc);
    for (size_t i = 0; i < from->argc; i++) {
        size_t len = argument_len(from, i);

        out = write_count(out, '$', len);
        memcpy(out, from->argv[i], len);
        out += len;
        *out++ = '\r';
        *out++ = '\n';
    }
    command->len = (size_t)(out - command->bytes);
}

void redis_call(struct redis *redis, const struct redis_command *asked,
                redis_done *done, void *context)
{
    struct command *command = NEW(struct command);
    int64_t now = clock_boot_ms();
    int64_t patience = asked->timeout_ms;
    const char *why;

    assert(!redis->subscriber);
    command->done = done;
    command->context = context;
    format(command, asked);
    why = refusal(redis, command);
    if (!why && redis->state == REDIS_UP) {
        hand_over(redis, command, now);
    } else {
        TAILQ_INSERT_TAIL(&redis->waiting, command, link);
        redis->waiting_count++;
        redis->waiting_bytes += command->len;
    }
    if (why) {
        redis_end(redis, command, REDIS_NOT_SENT, why);
        timer_start(redis->soon, 0);
        return;
    }
    if (patience <= 0)
        patience = redis->target.timeout_ms;
    deadlines_set(&redis->deadlines, &command->deadline, now + patience);
    expire_by(redis, now + patience);
}

void redis_callv(struct redis *redis, redis_done *done, void *context, ...)
{
    const char *argv[TEXTS_MAX];
    struct redis_command command = {0, argv, NULL, 0};
    const char *text;
    va_list texts;

    va_start(texts, context);
    while ((text = va_arg(texts, const char *))) {
        assert(command.argc < TEXTS_MAX);
        argv[command.argc++] = text;
    }
    va_end(texts);
    redis_call(redis, &command, done, context);
}

/* Outside the lists: a greeting, a subscription. */
void redis_write(struct redis *redis, const struct redis_command *said)
{
    struct command command = {0};

    format(&command, said);
    bufferevent_write(redis->link, command.bytes, command.len);
    crypto_wipe(command.bytes, command.len);
    free(command.bytes);
}

/* The oldest command that was sent is the one this reply is for. */
void redis_answered(struct redis *redis, const redisReply *reply)
{
    struct command *command = TAILQ_FIRST(&redis->sent);
    struct redis_answer answer = {
        REDIS_ANSWERED, (const struct redis_reply *)(const void *)reply, NULL};

    failpoint_pass("redis.answered", NULL);
    deadlines_remove(&redis->deadlines, &command->deadline);
    TAILQ_REMOVE(&redis->sent, command, link);
    if (!command->grave)
        redis->sent_count--;
    if (command->done)
        command->done(command->context, &answer);
    free(command);
}

bool redis_connected(const struct redis *redis)
{
    return redis->state == REDIS_UP;
}

const char *redis_why(const struct redis *redis)
{
    return redis->why;
}

size_t redis_waiting(const struct redis *redis)
{
    return redis->waiting_count + redis->sent_count;
}

void redis_on_change(struct redis *redis, redis_changed *changed, void *context)
{
    redis->changed = changed;
    redis->changed_context = context;
}

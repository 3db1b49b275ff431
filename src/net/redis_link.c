/*
 * From a connected socket to answers: TLS, the greeting, reading replies, and
 * the loss of it all. See redis.h.
 */
#include "net/redis_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/text.h"
#include "net/tls_client.h"

#include "base/banned.h"

/* What one event may read or write; more waits for the loop's next turn. */
#define ONE_GO ((size_t)256 * 1024)

/* A connection that lasted this long was a good one: back off from the start.
 */
#define STEADY_MS 2000

#if HIREDIS_MAJOR < 1
typedef int list_len;
#else
typedef size_t list_len;
#endif

static void say(struct redis *redis, enum redis_greeting step,
                const struct redis_command *command)
{
    redis->steps[redis->step_count++] = step;
    redis_write(redis, command);
}

static void say_auth(struct redis *redis)
{
    const struct redis_target *target = &redis->target;
    const char *argv[3] = {"AUTH"};
    size_t lens[3] = {4};
    struct redis_command command = {1, argv, lens, 0};

    if (target->username) {
        argv[command.argc] = target->username;
        lens[command.argc++] = strlen(target->username);
    }
    argv[command.argc] = target->password.bytes;
    lens[command.argc++] = target->password.len;
    say(redis, GREETING_AUTH, &command);
}

static void say_select(struct redis *redis)
{
    char *number = alloc_format("%lld", (long long)redis->target.database);
    const char *argv[] = {"SELECT", number};
    struct redis_command command = {2, argv, NULL, 0};

    say(redis, GREETING_SELECT, &command);
    free(number);
}

static void say_ping(struct redis *redis)
{
    const char *argv[] = {"PING"};
    struct redis_command command = {1, argv, NULL, 0};

    say(redis, GREETING_PING, &command);
}

static void greet(struct redis *redis)
{
    redis->state = REDIS_GREETING;
    redis->step = redis->step_count = 0;
    if (secret_present(&redis->target.password))
        say_auth(redis);
    if (redis->target.database)
        say_select(redis);
    say_ping(redis);
}

static void rise(struct redis *redis)
{
    failpoint_pass("redis.up", NULL);
    redis_hang_up(redis);
    redis->state = REDIS_UP;
    redis->up_at = clock_boot_ms();
    redis_resubscribe(redis);
    redis_send_waiting(redis);
    if (redis->changed)
        redis->changed(redis->changed_context, true);
}

/* An account that may not PING is still one that is let in. */
static bool is_refused(enum redis_greeting step, const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ERROR &&
           !(step == GREETING_PING && text_starts(reply->str, "NOPERM"));
}

static bool take_greeting(struct redis *redis, const redisReply *reply)
{
    static const char *const names[] = {"AUTH", "SELECT", "PING"};
    enum redis_greeting step = redis->steps[redis->step++];

    if (is_refused(step, reply)) {
        redis_set_why(redis, "%s was refused: %s", names[step], reply->str);
        return false;
    }
    if (redis->step == redis->step_count)
        rise(redis);
    return true;
}

static bool take_reply(struct redis *redis, const redisReply *reply)
{
    if (redis->state == REDIS_GREETING)
        return take_greeting(redis, reply);
    if (!TAILQ_EMPTY(&redis->sent)) {
        redis_answered(redis, reply);
        return true;
    }
    if (redis->subscriber)
        return redis_hear(redis, reply);
    redis_set_why(redis, "it sent a reply that nobody asked for");
    return false;
}

/* Announced elements are memory before one of them has come. */
static void *make_list(const redisReadTask *task, list_len elements)
{
    struct redis *redis = task->privdata;

    redis->elements += (size_t)elements;
    if (redis->elements > REDIS_ELEMENTS_MAX)
        return NULL;
    return redis->hiredis->createArray(task, elements);
}

static bool feed(struct redis *redis)
{
    struct evbuffer *input = bufferevent_get_input(redis->link);
    size_t len;

    while ((len = evbuffer_get_contiguous_space(input))) {
        const void *bytes = evbuffer_pullup(input, (ev_ssize_t)len);

        if (redisReaderFeed(redis->reader, bytes, len) != REDIS_OK)
            return false;
        evbuffer_drain(input, len);
        redis->partial += len;
    }
    return true;
}

/* One whole reply; false when the connection can no longer be used. */
static bool next_reply(struct redis *redis, redisReply **reply)
{
    void *found = NULL;

    if (redisReaderGetReply(redis->reader, &found) != REDIS_OK) {
        if (redis->elements > REDIS_ELEMENTS_MAX)
            redis_set_why(redis, "a reply of over %d elements",
                          REDIS_ELEMENTS_MAX);
        else
            redis_set_why(redis, "it does not speak Redis's protocol: %s",
                          redis->reader->errstr);
        return false;
    }
    *reply = found;
    if (found) {
        redis->partial = redis->elements = 0;
        return true;
    }
    if (redis->partial <= REDIS_REPLY_MAX)
        return true;
    redis_set_why(redis, "a reply of over %zu bytes", REDIS_REPLY_MAX);
    return false;
}

static bool take_replies(struct redis *redis)
{
    unsigned generation = redis->generation;
    redisReply *reply;
    bool ok = feed(redis);

    /* What is told inside may end the connection, and the client with it. */
    while (ok && generation == redis->generation) {
        ok = next_reply(redis, &reply);
        if (!ok || !reply)
            return ok;
        ok = take_reply(redis, reply);
        freeReplyObject(reply);
    }
    return ok || generation != redis->generation;
}

static void readable(struct bufferevent *link, void *context)
{
    struct redis *redis = context;

    (void)link;
    redis_enter(redis);
    redis->heard_at = clock_boot_ms();
    if (!take_replies(redis))
        redis_drop(redis);
    redis_leave(redis);
}

static void set_why_tls(struct redis *redis)
{
    struct buf why;

    buf_init(&why, REDIS_WHY_SIZE);
    tls_client_fault(bufferevent_openssl_get_ssl(redis->link),
                     bufferevent_get_openssl_error(redis->link), &why);
    redis_set_why(redis, "%s", buf_str(&why));
    buf_clear(&why);
}

static void happened(struct bufferevent *link, short what, void *context)
{
    int code = errno;
    struct redis *redis = context;

    redis_enter(redis);
    if (what & BEV_EVENT_CONNECTED) {
        greet(redis);
    } else {
        if (what & BEV_EVENT_EOF)
            redis_set_why(redis, "it closed the connection");
        else if (redis->target.tls && bufferevent_openssl_get_ssl(link))
            set_why_tls(redis);
        else
            redis_set_why(redis, "%s", strerror(code));
        redis_drop(redis);
    }
    redis_leave(redis);
}

static struct bufferevent *make_link(struct redis *redis, int fd)
{
    struct event_base *base = loop_base(redis->loop);
    struct bufferevent *link;
    SSL *session;

    if (!redis->target.tls)
        return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    session = tls_client_session(redis->target.tls, redis->target.host);
    if (!session)
        return NULL;
    link = bufferevent_openssl_socket_new(
        base, fd, session, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
    if (!link)
        SSL_free(session);
    else
        bufferevent_openssl_set_allow_dirty_shutdown(link, 1);
    return link;
}

static void make_reader(struct redis *redis)
{
    redis->reader = redisReaderCreate();
    if (!redis->reader)
        abort(); /* out of memory */
    redis->hiredis = redis->reader->fn;
    redis->makers = *redis->hiredis;
    redis->makers.createArray = make_list;
    redis->reader->fn = &redis->makers;
    redis->reader->privdata = redis;
    redis->partial = redis->elements = 0;
}

void redis_link(struct redis *redis, int fd)
{
    redis->link = make_link(redis, fd);
    if (!redis->link) {
        close(fd);
        redis_set_why(redis, "TLS cannot be begun with this host name");
        redis_next_address(redis);
        return;
    }
    make_reader(redis);
    redis->heard_at = clock_boot_ms();
    bufferevent_setcb(redis->link, readable, NULL, happened, redis);
    bufferevent_set_max_single_read(redis->link, ONE_GO);
    bufferevent_set_max_single_write(redis->link, ONE_GO);
    bufferevent_enable(redis->link, EV_READ | EV_WRITE);
    if (!redis->target.tls)
        greet(redis);
}

void redis_unlink(struct redis *redis)
{
    if (!redis->link)
        return;
    redis->generation++;
    bufferevent_free(redis->link);
    redisReaderFree(redis->reader);
    redis->link = NULL;
    redis->reader = NULL;
}

void redis_drop(struct redis *redis)
{
    if (redis->state != REDIS_UP) {
        redis_next_address(redis);
        return;
    }
    redis_unlink(redis);
    redis_lose_sent(redis);
    if (clock_boot_ms() - redis->up_at >= STEADY_MS)
        redis->failures = 0;
    redis_rest(redis);
    redis_tell(redis);
    if (redis->changed)
        redis->changed(redis->changed_context, false);
}

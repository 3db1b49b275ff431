/*
 * From nothing to a connected socket: the host's addresses one after the other,
 * and when none answers, a rest that grows, with chance in it, so that many
 * processes do not come back at the same moment. See redis.h.
 */
#include "net/redis_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/failpoint.h"

#include "base/banned.h"

#define FIRST_REST_MS   50u
#define LONGEST_REST_MS 2000u

/* A connection on which nothing is waited for (subscriptions) notices a dead
 * machine by these. */
#define KEEPALIVE_IDLE_S     20
#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_PROBES     3

void redis_set_why(struct redis *redis, const char *format, ...)
{
    int len =
        snprintf(redis->why, sizeof(redis->why), "%s: ", redis->target.name);
    va_list list;

    if (len < 0 || (size_t)len >= sizeof(redis->why))
        return;
    va_start(list, format);
    vsnprintf(redis->why + len, sizeof(redis->why) - (size_t)len, format, list);
    va_end(list);
}

static void forget_addresses(struct redis *redis)
{
    if (redis->addresses)
        freeaddrinfo(redis->addresses);
    redis->addresses = redis->next_address = NULL;
}

static void close_dialling(struct redis *redis)
{
    if (!redis->dialling)
        return;
    close(event_get_fd(redis->dialling));
    event_free(redis->dialling);
    redis->dialling = NULL;
}

static void forget_question(struct redis_question *question)
{
    lookup_cancel(question->lookup);
    question->lookup = NULL;
}

static void forget_questions(struct redis *redis)
{
    forget_question(&redis->questions[0]);
    forget_question(&redis->questions[1]);
    redis->asking = NULL;
}

static void end_attempt(struct redis *redis)
{
    close_dialling(redis);
    forget_addresses(redis);
    timer_stop(redis->attempt);
    redis->state = REDIS_RESTING;
}

void redis_hang_up(struct redis *redis)
{
    forget_questions(redis);
    end_attempt(redis);
}

void redis_rest(struct redis *redis)
{
    unsigned rest = LONGEST_REST_MS;

    end_attempt(redis);
    if (redis->failures < 6 && FIRST_REST_MS << redis->failures < rest)
        rest = FIRST_REST_MS << redis->failures;
    redis->failures++;
    timer_start(redis->attempt, rest / 2 + crypto_random_below(rest / 2 + 1));
}

static void dialled(evutil_socket_t fd, short what, void *context)
{
    struct redis *redis = context;
    int code = 0;
    socklen_t len = sizeof(code);

    (void)what;
    redis_enter(redis);
    event_free(redis->dialling);
    redis->dialling = NULL;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) != 0)
        code = errno;
    if (!code) {
        redis_link(redis, fd);
    } else {
        close(fd);
        redis_set_why(redis, "%s", strerror(code));
        redis_next_address(redis);
    }
    redis_leave(redis);
}

static void set_number(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof(value));
}

static void set_tcp(int fd)
{
    set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
    set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
}

/* False when it failed at once; why says for what reason. */
static bool dial_address(struct redis *redis, const struct sockaddr *address,
                         socklen_t len)
{
    int fd = socket(address->sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (failpoint("redis.connect", NULL)) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0 && address->sa_family != AF_UNIX)
        set_tcp(fd);
    if (fd >= 0 && connect(fd, address, len) == 0) {
        redis_link(redis, fd);
        return true;
    }
    if (fd < 0 || errno != EINPROGRESS) {
        redis_set_why(redis, "%s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    redis->dialling =
        event_new(loop_base(redis->loop), fd, EV_WRITE, dialled, redis);
    event_add(redis->dialling, NULL);
    return true;
}

void redis_next_address(struct redis *redis)
{
    const struct addrinfo *address;

    close_dialling(redis);
    redis_unlink(redis);
    while ((address = redis->next_address)) {
        redis->next_address = address->ai_next;
        redis->state = REDIS_CONNECTING;
        timer_start(redis->attempt, redis->target.timeout_ms);
        if (dial_address(redis, address->ai_addr, address->ai_addrlen))
            return;
    }
    redis_rest(redis);
}

/* An address is as good late as in time; only this attempt's failure counts. */
static void looked_up(void *context, struct addrinfo *found, const char *why)
{
    struct redis_question *question = context;
    struct redis *redis = question->redis;

    redis_enter(redis);
    question->lookup = NULL;
    if (found) {
        forget_questions(redis);
        redis->addresses = redis->next_address = found;
        redis_next_address(redis);
    } else if (question == redis->asking) {
        redis->asking = NULL;
        redis_set_why(redis, "%s", why);
        redis_next_address(redis);
    }
    redis_leave(redis);
}

static void dial_path(struct redis *redis)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, redis->target.path, strlen(redis->target.path));
    redis->state = REDIS_CONNECTING;
    timer_start(redis->attempt, redis->target.timeout_ms);
    if (!dial_address(redis, (struct sockaddr *)&address, sizeof(address)))
        redis_rest(redis);
}

void redis_dial(struct redis *redis)
{
    const struct redis_target *target = &redis->target;
    struct redis_question *question = redis->questions;

    if (target->path) {
        dial_path(redis);
        return;
    }
    if (lookup_literal(target->host, target->port, &redis->addresses)) {
        redis->next_address = redis->addresses;
        redis_next_address(redis);
        return;
    }
    if (question->lookup)
        question++;
    question->redis = redis;
    question->lookup = lookup_start(redis->loop, target->host, target->port,
                                    looked_up, question);
    if (!question->lookup) {
        redis_set_why(redis, "no descriptor is left for a look-up");
        redis_rest(redis);
        return;
    }
    redis->state = REDIS_LOOKING;
    redis->asking = question;
    timer_start(redis->attempt, target->timeout_ms);
}

/*
 * The system's resolver may take half a minute, above all when the name went
 * away together with its server: only a fresh question hears soon that it is
 * back. But it may also need its time, to come to a second name server when the
 * first is dead, and then every fresh question is as slow. So the oldest is
 * listened to until it ends, beside the fresh ones.
 */
static void stop_asking(struct redis *redis)
{
    if (redis->questions[0].lookup && redis->questions[1].lookup)
        forget_question(redis->asking);
    redis->asking = NULL;
}

/* How far the attempt had come. */
static const char *missing(const struct redis *redis)
{
    if (redis->state == REDIS_GREETING)
        return "it takes connections, but did not answer";
    if (redis->state == REDIS_LOOKING)
        return "the look-up of its name had no answer";
    return redis->link ? "no TLS handshake" : "no connection";
}

static void attempt_over(void *context)
{
    struct redis *redis = context;

    redis_enter(redis);
    if (redis->state == REDIS_RESTING) {
        redis_dial(redis);
    } else {
        redis_set_why(redis, "%s within %lld ms", missing(redis),
                      (long long)redis->target.timeout_ms);
        if (redis->asking)
            stop_asking(redis);
        redis_next_address(redis);
    }
    redis_leave(redis);
}

void redis_dial_init(struct redis *redis)
{
    redis->attempt = timer_new(redis->loop, attempt_over, redis);
}

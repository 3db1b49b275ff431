/*
 * The event loop on libevent. See loop.h. One thread per process, so libevent's
 * locks stay off; its memory and its warnings go the way of everybody else's.
 */
#include "net/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include <event2/event.h>

#include "base/alloc.h"
#include "base/log.h"

#include "base/banned.h"

struct loop {
    struct event_base *base;
    bool stopped; /* also counts when it comes before the run */
};

struct timer {
    struct event *event;
    timer_fired *fired;
    void *context;
};

static void log_libevent(int severity, const char *text)
{
    /* clang-format off */
    static const enum log_level levels[] = {
        [EVENT_LOG_DEBUG] = LOG_LEVEL_DEBUG,
        [EVENT_LOG_MSG]   = LOG_LEVEL_INFO,
        [EVENT_LOG_WARN]  = LOG_LEVEL_WARN,
        [EVENT_LOG_ERR]   = LOG_LEVEL_ERROR,
    };
    /* clang-format on */

    log_event(levels[severity & 3], "libevent", "text", text);
}

static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    event_config_set_flag(config,
                          EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

struct loop *loop_new(void)
{
    struct loop *loop = NEW(struct loop);

    signal(SIGPIPE, SIG_IGN); /* a peer that went away is an ordinary error */
    event_set_mem_functions(alloc_bytes, alloc_bytes_again, free);
    event_set_log_callback(log_libevent);
    loop->base = make_base();
    if (!loop->base) {
        log_event(LOG_LEVEL_ERROR, "no_event_loop", "hint",
                  "too many open files? raise the limit (ulimit -n)");
        exit(1);
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    event_base_free(loop->base);
    free(loop);
}

void loop_run(struct loop *loop)
{
    while (!loop->stopped)
        if (event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
            abort(); /* the kernel refuses to wait: nothing can go on */
    loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
    event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

/* Nothing is touched after fired(): the timer may be gone by then. */
static void fire(evutil_socket_t fd, short what, void *context)
{
    const struct timer *timer = context;

    (void)fd;
    (void)what;
    timer->fired(timer->context);
}

struct timer *timer_new(struct loop *loop, timer_fired *fired, void *context)
{
    struct timer *timer = NEW(struct timer);

    timer->fired = fired;
    timer->context = context;
    timer->event = evtimer_new(loop->base, fire, timer);
    return timer;
}

void timer_free(struct timer *timer)
{
    if (!timer)
        return;
    event_free(timer->event);
    free(timer);
}

void timer_start(struct timer *timer, int64_t ms)
{
    struct timeval wait = {0};

    if (ms > 0) {
        wait.tv_sec = (time_t)(ms / 1000);
        wait.tv_usec = (suseconds_t)(ms % 1000 * 1000);
    }
    evtimer_add(timer->event, &wait);
}

void timer_stop(struct timer *timer)
{
    evtimer_del(timer->event);
}

/* Work in a thread. See errand.h. */
#include "net/errand.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/alloc.h"

#include "base/banned.h"

struct errand {
    errand_part *run, *done;
    void *context;
    pthread_t thread;
    bool threaded;
    int bell; /* -1: none could be had */
    struct event *event;
};

static void *work(void *shared)
{
    struct errand *errand = shared;
    const uint64_t one = 1;

    errand->run(errand->context);
    if (errand->bell >= 0 && write(errand->bell, &one, sizeof(one)) < 0)
        abort();
    return NULL;
}

/* Signals belong to the loop: the thread is born with all of them blocked. */
static bool start_thread(struct errand *errand)
{
    sigset_t all, before;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&errand->thread, NULL, work, errand);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0;
}

void errand_finish(struct errand *errand)
{
    if (!errand)
        return;
    if (errand->threaded)
        pthread_join(errand->thread, NULL);
    event_free(errand->event);
    if (errand->bell >= 0)
        close(errand->bell);
    free(errand);
}

static void rung(evutil_socket_t fd, short what, void *context)
{
    struct errand *errand = context;
    errand_part *done = errand->done;
    void *their_context = errand->context;

    (void)fd;
    (void)what;
    errand_finish(errand);
    done(their_context);
}

struct errand *errand_start(struct loop *loop, errand_part *run,
                            errand_part *done, void *context)
{
    struct errand *errand = NEW(struct errand);

    errand->run = run;
    errand->done = done;
    errand->context = context;
    errand->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    errand->event =
        event_new(loop_base(loop), errand->bell, EV_READ, rung, errand);
    if (errand->bell >= 0) {
        event_add(errand->event, NULL);
        errand->threaded = start_thread(errand);
    }
    if (errand->threaded)
        return errand;

    /* Without a thread or a bell the loop has to wait after all. */
    work(errand);
    if (errand->bell < 0)
        event_active(errand->event, EV_TIMEOUT, 1);
    return errand;
}

/*
 * getaddrinfo() in a thread. The thread and the loop share one struct; whoever
 * lets go of it last frees it, so a look-up that hangs can be forgotten.
 * See lookup.h.
 */
#include "net/lookup.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/alloc.h"

#include "base/banned.h"

struct lookup {
    atomic_int holders; /* the loop, the thread */
    int bell;           /* an eventfd; the thread rings when it is done */
    char *host, *port;  /* owned */
    /* Written by the thread before it rings, read by the loop after. */
    struct addrinfo *found; /* owned until handed over */
    int code;
    /* The loop's alone. */
    struct event *event;
    lookup_done *done;
    void *context;
};

static struct addrinfo hints(int flags)
{
    struct addrinfo wanted = {0};

    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags | AI_NUMERICSERV;
    return wanted;
}

static void release(struct lookup *lookup)
{
    if (atomic_fetch_sub(&lookup->holders, 1) != 1)
        return;
    if (lookup->found)
        freeaddrinfo(lookup->found);
    close(lookup->bell);
    free(lookup->host);
    free(lookup->port);
    free(lookup);
}

/* A counter of one cannot overflow, so writing to it cannot fail. */
static void ring(const struct lookup *lookup)
{
    const uint64_t one = 1;

    if (write(lookup->bell, &one, sizeof(one)) < 0)
        abort();
}

static void *look(void *shared)
{
    struct lookup *lookup = shared;
    struct addrinfo wanted = hints(AI_ADDRCONFIG);

    lookup->code =
        getaddrinfo(lookup->host, lookup->port, &wanted, &lookup->found);
    ring(lookup);
    release(lookup);
    return NULL;
}

/* Signals belong to the loop: the thread is born with all of them blocked. */
static int start_thread(struct lookup *lookup)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int code;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&thread, &attributes, look, lookup);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return code;
}

static void rung(evutil_socket_t fd, short what, void *context)
{
    struct lookup *lookup = context;
    lookup_done *done = lookup->done;
    void *their_context = lookup->context;
    struct addrinfo *found;
    uint64_t rings;
    char why[200];

    (void)what;
    if (read(fd, &rings, sizeof(rings)) < 0)
        return; /* not yet, in spite of all */
    found = lookup->found;
    snprintf(why, sizeof(why), "no address for %s: %s", lookup->host,
             gai_strerror(lookup->code));
    lookup->found = NULL;
    lookup_cancel(lookup);
    done(their_context, found, found ? NULL : why);
}

struct lookup *lookup_start(struct loop *loop, const char *host,
                            const char *port, lookup_done *done, void *context)
{
    struct lookup *lookup = NEW(struct lookup);

    lookup->host = alloc_text(host);
    lookup->port = alloc_text(port);
    lookup->done = done;
    lookup->context = context;
    lookup->code = EAI_AGAIN;
    lookup->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (lookup->bell < 0) {
        free(lookup->host);
        free(lookup->port);
        free(lookup);
        return NULL;
    }
    atomic_init(&lookup->holders, 2);
    lookup->event =
        event_new(loop_base(loop), lookup->bell, EV_READ, rung, lookup);
    event_add(lookup->event, NULL);
    if (start_thread(lookup) != 0) {
        atomic_store(&lookup->holders, 1);
        ring(lookup);
    }
    return lookup;
}

void lookup_cancel(struct lookup *lookup)
{
    if (!lookup)
        return;
    event_free(lookup->event);
    release(lookup);
}

bool lookup_literal(const char *host, const char *port, struct addrinfo **found)
{
    struct addrinfo wanted = hints(AI_NUMERICHOST);

    return getaddrinfo(host, port, &wanted, found) == 0;
}

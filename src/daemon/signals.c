/* Signals, by libevent's self-pipe. See signals.h. */
#include "daemon/signals.h"

#include <signal.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/alloc.h"

#include "base/banned.h"

static const int wanted[] = {SIGTERM, SIGINT,  SIGHUP, SIGTSTP,
                             SIGCONT, SIGUSR1, SIGCHLD};

#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

struct signals {
    struct event *events[WANTED];
    signal_arrived *arrived;
    void *context;
};

static void arrived(evutil_socket_t number, short what, void *context)
{
    struct signals *signals = context;

    (void)what;
    signals->arrived(signals->context, (int)number);
}

struct signals *signals_new(struct loop *loop, signal_arrived *told,
                            void *context)
{
    struct signals *signals = NEW(struct signals);

    signal(SIGPIPE, SIG_IGN);
    signals->arrived = told;
    signals->context = context;
    for (size_t i = 0; i < WANTED; i++) {
        signals->events[i] =
            evsignal_new(loop_base(loop), wanted[i], arrived, signals);
        event_add(signals->events[i], NULL);
    }
    return signals;
}

void signals_free(struct signals *signals)
{
    if (!signals)
        return;
    for (size_t i = 0; i < WANTED; i++)
        event_free(signals->events[i]);
    free(signals);
}

/* Signals as events of the loop. SIGPIPE is ignored from the first use on. */
#ifndef DAEMON_SIGNALS_H
#define DAEMON_SIGNALS_H

#include "net/loop.h"

struct signals;

typedef void signal_arrived(void *context, int number);

/* Listens for TERM, INT, HUP, TSTP, CONT, USR1 and CHLD. */
struct signals *signals_new(struct loop *loop, signal_arrived *arrived,
                            void *context);
void signals_free(struct signals *signals);

#endif

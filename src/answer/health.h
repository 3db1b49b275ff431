/* /livez, /readyz and /healthz: for probes, and with ?verbose for people. */
#ifndef ANSWER_HEALTH_H
#define ANSWER_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

#include "net/http_server.h"

/* What readiness hangs on. */
struct health {
    bool queue;       /* takes messages now */
    const char *why;  /* unless it does; NULL: not known */
    bool journal;     /* takes messages in its place */
    bool has_journal; /* it is to, at least */
    size_t waiting;   /* in the journal */
    bool draining;
};

/* That this runs is the whole answer: nothing outside is asked. */
void health_live(struct http_exchange *exchange);
void health_ready(struct http_exchange *exchange, const struct health *health);

#endif

/*
 * A client's look at a submission: answered at once, or held until something
 * changes, or kept open as an event stream.
 */
#ifndef INTAKE_LOOK_H
#define INTAKE_LOOK_H

#include <stdint.h>

#include "intake/inside.h"

/* What to answer with. */
enum look_kind {
    LOOK_STATE,  /* JSON of the state */
    LOOK_PAGE,   /* the same for a person */
    LOOK_STREAM, /* server-sent events until it has come to rest */
};

/*
 * The id belongs to the client by its token. wait_ms: how long a LOOK_STATE is
 * held while nothing changes; 0: not at all. Conditions (If-None-Match,
 * Last-Event-ID, Accept-Language) are read from the request's headers.
 */
void look_at(struct request *request, const char *id, enum look_kind kind,
             int64_t wait_ms);

/*
 * A submission just accepted: its state when that is final within wait_ms,
 * else the usual answer. Settings are held as long as it lasts.
 */
void look_at_new(struct intake *intake, struct settings *settings,
                 struct http_exchange *exchange, const char *id,
                 int64_t wait_ms);

/* Every look that waits is answered with what there is. */
void look_hurry_all(struct intake *intake);
/* The end: those still waiting are told to come back. */
void look_end_all(struct intake *intake);

#endif

/* The answer to a post that was accepted; everything in it follows from the id.
 */
#ifndef INTAKE_ACCEPTED_H
#define INTAKE_ACCEPTED_H

#include <stdbool.h>

#include "config/settings.h"
#include "net/http_server.h"

/* 202 with where to look; rests_on: see reception.h. */
void accepted_answer(struct http_exchange *exchange,
                     const struct settings *settings, const char *id,
                     const char *rests_on);

/* 303 to next, or to the status page when next is NULL: for a browser. */
void accepted_redirect(struct http_exchange *exchange,
                       const struct settings *settings, const char *id,
                       const char *next);

#endif

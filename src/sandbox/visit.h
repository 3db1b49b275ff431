/*
 * A request whose answer is not simply given: it comes later, in part, as
 * something else, for ever, or never.
 */
#ifndef SANDBOX_VISIT_H
#define SANDBOX_VISIT_H

#include "chat_api/chat_api.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "sandbox/script.h"

/* What goes out in the end. */
struct visit_answer {
    int status;
    const char *header, *value; /* borrowed, or NULL */
    const char *content_type;   /* static text */
    const char *body;           /* borrowed */
    size_t len;
};

struct visit;

/* All visits under way. */
struct visits {
    struct loop *loop;
    struct visit *first;
};

/*
 * Gives the answer after delay_ms the way the fault wants it (FAULT_NONE: as it
 * is). The exchange is the visit's from now on; texts are copied when needed.
 */
void visit_begin(struct visits *visits, struct http_exchange *exchange,
                 const struct fault *fault, int64_t delay_ms,
                 const struct visit_answer *answer);

/* Those who only wait are answered now; the others are cut. */
void visits_end(struct visits *visits);

/* Cuts the connection; nobody hears of the exchange again. */
void visit_cut(struct http_exchange *exchange, bool reset);

#endif

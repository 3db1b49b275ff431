/*
 * What websites and their visitors see: forms in, states out. One call per
 * request; it answers the exchange, now or later.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdbool.h>

#include "config/settings.h"
#include "journal/journal.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "queue/queue.h"

struct intake;

struct intake *intake_new(struct loop *loop, struct settings *settings,
                          struct queue *queue);
void intake_free(struct intake *intake);
void intake_use_settings(struct intake *intake, struct settings *settings);

/* From here on messages may go there when the queue is away. It outlives the
 * intake, but for calls of the queue that are still open. */
void intake_use_journal(struct intake *intake, struct journal *journal);

/* For http_server_options.spared; context: the intake. The proxies we trust:
 * who is behind them is told by the header. */
bool intake_spares(void *context, const struct address *address);

/* Whether GET / shows a page with a contact form to try things with. */
void intake_show_demo(struct intake *intake, bool show);

/* A drain: every waiting client (Prefer: wait, event stream) is answered now.
 */
void intake_drain(struct intake *intake);

/* The http_handler of serve; context is the intake. */
void intake_handle(void *intake, struct http_exchange *exchange);

/*
 * Hands in without HTTP, for `afterhours submit` and tests: fields as JSON
 * object text. submitted is called exactly once, never from inside this call;
 * handed->problem is NULL when it was accepted. Texts are valid only inside.
 */
struct intake_handed {
    const char *problem; /* why not, in words; then the others are NULL */
    const char *id, *status_url;
    const char *rests_on; /* see reception.h */
};
typedef void intake_submitted(void *context,
                              const struct intake_handed *handed);
void intake_submit(struct intake *intake, const char *form,
                   const char *fields_json, intake_submitted *submitted,
                   void *context);

#endif

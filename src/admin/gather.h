/* What a replay is about, found before it begins: by ids, or by filters. */
#ifndef ADMIN_GATHER_H
#define ADMIN_GATHER_H

#include <jansson.h>

#include "admin/wanted.h"
#include "describe/preview.h"
#include "queue/queue.h"

#define GATHER_IDS_MOST 1000   /* named one by one */
#define GATHER_MOST     100000 /* found by filters */

struct gathered {
    struct replay_item *items; /* owned */
    size_t count, size;
    struct preview preview;
    json_t *left_out; /* owned: [{"id", "why"}]; why: unknown, not_failed,
                         not_fitting */
    bool too_many;    /* more than GATHER_MOST fit */
};
void gathered_clear(struct gathered *gathered);

/* Called once, never from inside; the context gets what was found. */
typedef void gather_done(void *context, struct gathered *gathered,
                         const struct error *err);

/* ids: an array of texts, each once; kept until done. Takes wanted: those that
 * do not fit are left out. */
void gather_ids(struct queue *queue, json_t *ids, struct wanted *wanted,
                gather_done *done, void *context);
/* Takes wanted; settings are held by who calls until done. */
void gather_wanted(struct queue *queue, const struct settings *settings,
                   struct wanted *wanted, gather_done *done, void *context);

#endif

/*
 * The spill journal: where messages wait on this machine's disk while Redis is
 * away or its memory full. A 202 is given when the message is on disk; when
 * Redis is back, everything goes into the queue in order, with the ids and
 * idempotency keys it was promised with. The queue knows an id it already has,
 * so an answer that was lost or a death on the way doubles nothing. This header
 * is the room's only door; README.md in this folder tells the whole.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/settings.h"
#include "net/loop.h"
#include "queue/queue.h"

struct journal;

/*
 * Begins at once to drain what was left behind, even when the settings take
 * nothing new. NULL: it should take messages, and its folder cannot be used.
 */
struct journal *journal_new(struct loop *loop, struct settings *settings,
                            struct queue *queue, struct error *err);
/* Before queue_free(). What waits stays on disk for the next process. */
void journal_free(struct journal *journal);
/* Whether it takes messages, and how much; the folder stays. */
void journal_use_settings(struct journal *journal, struct settings *settings);

/* Whether a message would be taken now, Redis or not. NULL: no. */
bool journal_takes(const struct journal *journal);
/* Whether it is to. NULL: no. */
bool journal_enabled(const struct journal *journal);
size_t journal_waiting(const struct journal *journal);

/*
 * As queue_accepted(); journalled: id is on this machine's disk, and not in
 * Redis yet.
 */
typedef void journal_accepted(void *context, enum accept_result result,
                              const char *id, const char *why, bool journalled);
/* Into the queue, or else into the journal. */
void journal_accept(struct journal *journal,
                    const struct submission *submission,
                    const struct accept_options *options,
                    journal_accepted *accepted, void *context);

/* False: it does not wait here. Else found is called, never from inside. */
must_check bool journal_find(struct journal *journal, const char *id,
                             queue_found *found, void *context);

/* Whether nothing waits on this machine, in whatever process's file. NULL: so
 * it is. */
bool journal_empty(const struct journal *journal);

/* ---- for commands: what lies in the folder ---- */

struct journal_census {
    size_t files, waiting;
    size_t damaged;    /* stretches that cannot be read, and files of such */
    uint64_t bytes;    /* of the files */
    int64_t oldest_at; /* wall clock, ms; 0: nothing waits */
};
char *journal_folder(const struct settings *settings); /* the caller frees it */
/* A folder that is not there is an empty one. */
must_check bool journal_count(const struct settings *settings,
                              struct journal_census *census, struct error *err);
/* Whether it is there and of this very user, whom `serve` then is. */
must_check bool journal_ours(const struct settings *settings,
                             struct error *err);
/* Whether this user may write there, or make it, and the disk takes it: it is
 * tried. */
must_check bool journal_writable(const struct settings *settings,
                                 struct error *err);

#endif

/*
 * The alarm on age: says in the log when the oldest message that waits for a
 * destination has waited longer than destinations.*.backlog_alarm, and when
 * that is over.
 */
#ifndef DAEMON_BACKLOG_H
#define DAEMON_BACKLOG_H

#include "config/settings.h"
#include "net/loop.h"
#include "queue/queue.h"

struct backlog;

/* All are borrowed; *settings may change. */
struct backlog *backlog_new(struct loop *loop, struct queue *queue,
                            struct settings *const *settings);
/* The settings are new: the next look is as soon as they want it. */
void backlog_settings(struct backlog *backlog);
/* No more looks. Freed only after the queue, which may still tell of one. */
void backlog_stop(struct backlog *backlog);
void backlog_free(struct backlog *backlog); /* accepts NULL */

#endif

/*
 * A command's view of the relay: settings, a loop, the queue; and the few lines
 * that turn a question with a callback into one that is waited for.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/settings.h"
#include "net/loop.h"
#include "queue/queue.h"

struct session {
    struct settings *settings; /* held */
    struct loop *loop;
    struct queue *queue; /* NULL until connected */
    struct timer *timer;
    bool rung;           /* by the timer */
    bool own_redis;      /* the one that `up` runs */
    char *redis_address; /* owned; see session_redis() */
    char *sandbox;       /* owned; where `up` has one, if it delivers there */
};

/* Settings from config (NULL: as usual) and a loop; destinations may lack
 * secrets (settings_load_lean()). Close it in any case. */
must_check bool session_open(struct session *session, const char *config,
                             struct error *err);
/* The same; it is the caller who tells of secrets that are missing. */
must_check bool session_load(struct session *session, const char *config,
                             struct error *err);
/* One line each on standard error of those that are missing. */
void session_tell_unread(const struct settings *settings);
/* Only the loop: for what needs no settings. */
void session_open_bare(struct session *session);
/* The queue, ready for moves; ERROR_UNAVAILABLE says which Redis is away. */
must_check bool session_connect(struct session *session, struct error *err);
/* The same; err does not say how to find out more. */
must_check bool session_reach(struct session *session, struct error *err);
void session_close(struct session *session);

/* Redis's address without user and password; borrowed until then. */
const char *session_redis(struct session *session);

/* Runs the loop until *done, which a callback sets before session_wake(). */
void session_wait(struct session *session, const bool *done);
void session_wake(struct session *session);
/* Runs the loop that long. */
void session_pause(struct session *session, int64_t ms);

#endif

/* What the files of this folder share about requests and their calls. */
#ifndef ADMIN_INSIDE_H
#define ADMIN_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "admin/admin.h"
#include "admin/tokens.h"
#include "answer/complaints.h"
#include "base/id.h"
#include "base/log.h"

struct admin {
    struct settings *settings; /* one hold */
    struct queue *queue;       /* borrowed */
    size_t open;               /* calls that are not answered yet */
    bool draining;
    bool over; /* admin_free() was called: goes when open is 0 */
};

/* One request, while its handler runs. */
struct request {
    struct admin *admin;
    struct http_exchange *exchange;
    struct operator who;
    char name[ID_SIZE]; /* what stands for "{}" in the route's path, or "" */
};

typedef void handler(struct request *request);
handler get_submissions;                               /* listing.c */
handler get_submission;                                /* story.c */
handler delete_submission, post_release, post_discard; /* moves.c */
handler post_erasure, post_pause, post_resume;         /* moves.c */
handler get_stats;                                     /* stats.c */
handler post_replay;                                   /* replays.c */
handler get_replays, get_replay, delete_replay;        /* replay.c */
handler post_pause_replay, post_resume_replay;         /* replay.c */
handler post_rate_replay;                              /* replay.c */

/* Finds the row for the request and runs its handler. */
void admin_route(struct request *request);

/*
 * A request that waits for the queue. Handlers put it first in a struct of
 * their own; from call_begin() to call_end() it keeps the admin, the settings
 * it began with, and the exchange, which it answers exactly once.
 */
struct call {
    struct admin *admin;
    struct settings *settings; /* one hold */
    struct http_exchange *exchange;
    char by[ID_NAME_MAX + 1]; /* the token's name */
    char name[ID_SIZE];       /* as of the request */
};

void *call_begin(const struct request *request, size_t size); /* zeroed */
void call_end(struct call *call); /* frees the whole; owned parts before */

/* The answers. root is taken. */
void answer_json(struct http_exchange *exchange, int status, json_t *root);
/* The queue could not say: 503, and why in the log. */
void answer_away(const struct call *call, const struct error *err);
/* Fields of a body that are wrong; parameters of a query that are. */
void answer_fields(struct http_exchange *exchange,
                   const struct complaints *complaints);
void answer_parameters(struct http_exchange *exchange,
                       const struct complaints *complaints);

/* A line for a change; the caller may add to it, and ends it. */
void log_change(struct log_line *line, const struct call *call,
                const char *action, const char *target);

/* A body that must be a JSON object; NULL: answered already. */
json_t *body_read(struct http_exchange *exchange);

/* How many a minute. */
void body_rate(unsigned *rate, const json_t *value,
               struct complaints *complaints);

#endif

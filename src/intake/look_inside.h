/* The inside of a look, for the files look*.c only. */
#ifndef INTAKE_LOOK_INSIDE_H
#define INTAKE_LOOK_INSIDE_H

#include "base/id.h"
#include "intake/inside.h"
#include "intake/state.h"
#include "net/address.h"

struct look;

struct look_ops {
    /*
     * A read has ended: found is NULL when there is none (err NULL) or the
     * queue is away (err set). Answers and closes the look (true), or leaves it
     * waiting (false); with look->last it must answer.
     */
    bool (*tell)(struct look *look, const struct submission *found,
                 const struct error *err);
    void (*rang)(struct look *look); /* the timer */
};

struct look {
    struct look *next, **link; /* list of the intake */
    struct intake *intake;
    struct settings *settings;      /* one hold */
    struct http_exchange *exchange; /* NULL: answered, or the client is gone */
    const struct look_ops *ops;
    struct queue_watch *watch; /* NULL: does not wait */
    struct timer *timer;       /* likewise */
    char *known; /* owned; what the client has: an ETag list, or an event id */
    char id[ID_SIZE];
    bool counted;              /* among those of its sender that wait */
    struct address sender;     /* of whom, then */
    bool reading, again;       /* a read is under way; another one is needed */
    bool last;                 /* what is found next is the answer */
    bool streaming;            /* the stream has begun */
    int64_t until;             /* boot clock, ms: when a stream ends */
    bool waits;                /* for a change */
    char base[STATE_TAG_SIZE]; /* the tag a change is told from, or "" */
};

/* To be filled in (ops, known) and then started. timer_ms 0: does not wait. */
struct look *look_new(struct intake *intake, struct settings *settings,
                      struct http_exchange *exchange, const char *id);
void look_start(struct look *look, int64_t timer_ms);
void look_hurry(struct look *look);
void look_close(struct look *look);

#endif

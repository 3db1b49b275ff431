/*
 * A turn: reserved items on their way through one stage. Stages do no I/O; the
 * engine in daemon/flight.c asks them one question at a time.
 *
 *     begin -> step: a request, or finished
 *     resume(answer) -> step: the next request, or finished
 *
 * When a step says finished, every item of the turn has its outcome.
 */
#ifndef SUBMISSION_TURN_H
#define SUBMISSION_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http_message.h"
#include "submission/outcome.h"
#include "submission/submission.h"

#define TURN_TOKEN_SIZE 33 /* 128 random bits in hex, and NUL */
#define TURN_WITH_SIZE  33
#define TURN_ITEMS_MAX  50

struct settings_destination; /* config/settings.h */
struct settings_form;
struct secret; /* base/secret.h */

struct turn_item {
    struct submission submission;
    char token[TURN_TOKEN_SIZE]; /* of the lease; only queue/ reads it */
    int64_t lease_ms; /* as it was reserved, whatever the settings say now */
    struct outcome outcome;    /* written by the stage */
    char with[TURN_WITH_SIZE]; /* names the destination's token that was
                                  refused, see access_name(); written by the
                                  engine */
};

struct turn {
    const struct settings_destination *destination; /* borrowed from settings */
    const struct settings_form *form; /* borrowed; callback only, else NULL */
    const struct secret *token;       /* borrowed; for the destination */
    bool unwanted;           /* callback only: its receiver has said 410 Gone */
    struct turn_item *items; /* owned by the engine */
    size_t count;            /* 1, or up to the stage's batch */
    int64_t now;  /* wall clock, ms; the engine sets it before each call */
    void *memory; /* the stage's own, made in begin, freed in end */
};

struct step {
    bool finished; /* every item has its outcome */
    struct http_request
        request; /* valid unless finished; the engine clears it */
};

struct stage_ops {
    enum stage stage;
    unsigned batch; /* how many items one turn takes: 1, or 50 for reconcile */
    bool intends;   /* the engine stores an intent before the request leaves */
    void (*begin)(struct turn *turn, struct step *step);
    void (*resume)(struct turn *turn, const struct http_response *answer,
                   struct step *step);
    void (*end)(struct turn *turn); /* frees turn->memory; after any step */
};

#endif

/* Replays of many: their keys, and who works them off. */
#ifndef QUEUE_REPLAYS_H
#define QUEUE_REPLAYS_H

#include "base/id.h"
#include "queue/command.h"
#include "queue/queue.h"

/* They belong to no destination: this is no name of one. */
#define REPLAYS_TAG "@"

void replays_key(struct command *command, const char *kind, const char *id);

struct replay_run;

struct replay_runner {
    struct timer *timer;     /* NULL until started */
    char token[2 * 16 + 1];  /* of this process; in hexadecimal */
    struct replay_run *runs; /* a list of those under way here */
};

/* Looks now whether there is something to work off. */
void replay_runner_look(void *queue);

/* When the queue ends, before its calls are told so. */
void replay_runner_clear(struct queue *queue);

#endif

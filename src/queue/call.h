/*
 * Calls of the queue's functions. A call waits until the server has been met
 * (see meeting.h), is sent, and is sent again within its patience when that is
 * safe: it never left, the server was not able to run it, or the move may be
 * repeated.
 */
#ifndef QUEUE_CALL_H
#define QUEUE_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/redis.h"
#include "queue/command.h"
#include "queue/queue.h"

struct call;

struct call_list {
    struct call *first, *last;
};

struct call_plan {
    int64_t patience_ms; /* in all; 0: as the settings say for one command */
    bool repeat;         /* also when it may have been done already */
};

/* done is called once, never from inside. Takes the command's contents. */
void call_start(struct queue *queue, struct command *command,
                struct call_plan plan, redis_done *done, void *context);

/* The same of a function whose answer is a number, or of no interest. */
void call_for_count(struct queue *queue, struct command *command,
                    struct call_plan plan, queue_count_done *done,
                    void *context);
void call_for_done(struct queue *queue, struct command *command,
                   struct call_plan plan, queue_done *done, void *context);

/* Sends what waits; called when the server has been met. */
void calls_flush(struct queue *queue);

/* When the queue ends: everything that waits is told that it was not sent. */
void calls_end(struct queue *queue);

/* Sends what has waited long enough, ends what has waited too long. */
void calls_tick(void *queue);

/* Whether the call failed, and why in words. */
bool call_failed(const struct redis_answer *answer, struct error *err);

#endif

/*
 * Versions side by side, by the number of their library: whether this one may
 * work on what is in Redis, that it is here, and the end of libraries that
 * nobody uses any more.
 */
#ifndef QUEUE_NUMBERS_H
#define QUEUE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "net/redis.h"

struct queue;

/* Asks what processes of other versions have put down. Needs no library. */
void numbers_ask(struct queue *queue, redis_done *done);

/* Whether that server was mended since its start: see mend.h. */
bool numbers_mended(const struct redis_reply *reply, const char *run_id);

/* Whether processes of our number may work on it; else what to do, in why. */
bool numbers_fit(const struct redis_reply *reply, char *why, size_t size);

/* Says that we are here, and what we leave. */
void numbers_arrive(struct queue *queue, redis_done *done);

/* Removes libraries of earlier versions that nobody was seen with for a week;
 * looks for them now and then, however often it is called. */
void numbers_tidy(struct queue *queue);

#endif

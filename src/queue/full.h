/*
 * Whether the server's memory is full: then it refuses what is new, while the
 * work on what it has goes on. Told of when it begins and when it is over, not
 * for each message.
 */
#ifndef QUEUE_FULL_H
#define QUEUE_FULL_H

#include <stdbool.h>
#include <stdint.h>

struct queue;
struct redis_answer;
struct server;

struct fullness {
    bool now;
    bool told;     /* in the log */
    char why[160]; /* while it is so: in words */
};

/* An answer to something new; when it was refused for want of memory, the
 * server is asked at once how much it has. True: so it was. */
bool full_answered(struct queue *queue, const struct redis_answer *answer);

/* The server was met; in how many ms it is to be met again. */
int64_t full_look(struct queue *queue, const struct server *server,
                  int64_t usual_ms);

#endif

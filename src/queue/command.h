/*
 * One command to Redis under construction: a call of a function, or a plain
 * one. Owns its arguments, so that it can be sent again.
 */
#ifndef QUEUE_COMMAND_H
#define QUEUE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/redis.h"

struct command {
    struct buf bytes; /* the arguments, one after the other, each with a NUL */
    size_t *ends;     /* owned; where each ends, its NUL not counted */
    size_t count, size;
    unsigned keys; /* of a function's call */
    bool function;
};

/* "ah3_accept": first its keys, then its other arguments. */
void command_function(struct command *command, const char *name);
void command_plain(struct command *command, const char *name);
/* Arguments to be added to a command later. */
void command_part(struct command *command);
void command_add(struct command *command, const struct command *part);
void command_clear(struct command *command);

/* The key "{destination}kind tail", such as "{support}item:support-01J...". */
void command_key(struct command *command, const char *destination,
                 const char *kind, const char *tail);
void command_text(struct command *command, const char *text); /* NULL: "" */
void command_bytes(struct command *command, const void *bytes, size_t len);
void command_int(struct command *command, int64_t number);

/* "accept" of a function, "ZRANGE" of a plain one. Borrowed. */
const char *command_name(const struct command *command);

/* Sends a copy. */
void command_send(const struct command *command, struct redis *redis,
                  int64_t timeout_ms, redis_done *done, void *context);

#endif

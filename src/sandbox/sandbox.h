/*
 * A pretend Zendesk Chat, for trying things and for tests: the Chats API over a
 * store in memory, with tickets that appear later and faults on request.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdint.h>

#include "base/error.h"
#include "net/loop.h"

struct sandbox;

struct sandbox_options {
    const char *listen;      /* borrowed; "127.0.0.1:8090"; port 0: any */
    const char *token;       /* borrowed; NULL: any bearer token will do */
    uint64_t seed;           /* repeats a run; 0: by chance */
    int64_t latency_ms;      /* before every answer */
    int64_t ticket_delay_ms; /* from create to zendesk_ticket_id */
    double no_ticket;        /* share of chats that never get one, 0..1 */
    int64_t search_lag_ms;   /* from create to being found */
    unsigned rate_limit;     /* requests a minute; 0: none */
    double error_rate;       /* share answered 500, 0..1; half of them
                                  before, half after the call was done */
    double lose_answer_rate; /* share of creates done and then cut, 0..1 */
    const char *state_file;  /* borrowed; NULL: memory only */
};
void sandbox_options_default(struct sandbox_options *options);

struct sandbox *sandbox_new(struct loop *loop,
                            const struct sandbox_options *options,
                            struct error *err);
unsigned sandbox_port(const struct sandbox *sandbox);
void sandbox_drain(struct sandbox *sandbox, void (*drained)(void *context),
                   void *context);
void sandbox_free(struct sandbox *sandbox);

#endif

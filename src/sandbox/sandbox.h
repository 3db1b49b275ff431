/*
 * A pretend Zendesk Chat, for trying things and for tests: the Chats API over a
 * store in memory, with tickets that appear later, manners of answering that
 * can be chosen, and faults on request.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "net/loop.h"
#include "sandbox/manner.h"

struct sandbox;

#define SANDBOX_TOKENS_MAX 32
#define SANDBOX_CHATS_MAX  1000000

/* Texts are borrowed until the sandbox is freed. */
struct sandbox_options {
    const char *listen;                     /* "127.0.0.1:8090"; port 0: any */
    const char *tokens[SANDBOX_TOKENS_MAX]; /* "T[:role[:scopes]]" */
    size_t token_count;                     /* 0: any bearer token will do */
    const char *client;        /* "ID:SECRET" of refreshing; NULL: any */
    const char *refresh_token; /* good for one access token; or NULL */
    uint64_t seed;             /* repeats a run; 0: by chance */
    const char *state_file;    /* NULL: memory only */
    bool examples;             /* begin with those of the reference */
    size_t chats;              /* begin with that many made ones */
    struct manner manner;
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

/* A Redis client, a server of its own, and a note of what came back. */
#ifndef SUPPORT_REDIS_CLIENT_H
#define SUPPORT_REDIS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "net/redis.h"
#include "redis_server.h"

struct redis_client {
    struct loop *loop;
    struct redis_server server;
    struct redis *redis;
    struct redis_options options; /* the next connect's, but for the URL */
    unsigned told, answered, not_sent, unknown; /* commands */
    unsigned ups, downs;                        /* connections */
    char last[256];   /* text of the last answer, or why there was none */
    int64_t number;   /* of the last answer */
    bool error;       /* the last answer was one */
    bool free_inside; /* free the client from the answer */
};

int redis_client_set_up(void **state);
int redis_client_tear_down(void **state);

void redis_client_connect(struct redis_client *client, const char *url,
                          int64_t timeout_ms);
/* Starts a server without options, connects to it, and waits for that. */
void redis_client_up(struct redis_client *client, int64_t timeout_ms);

/* For redis_call(): notes the answer; the context is the client. */
void redis_client_note(void *context, const struct redis_answer *answer);

#define client_test(name)                                                      \
    cmocka_unit_test_setup_teardown(name, redis_client_set_up,                 \
                                    redis_client_tear_down)

#endif

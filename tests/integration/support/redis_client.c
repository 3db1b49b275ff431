/* A Redis client and what came back. See redis_client.h. */
#include "redis_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "run.h"

#include "base/banned.h"

int redis_client_set_up(void **state)
{
    struct redis_client *client = NEW(struct redis_client);

    client->loop = loop_new();
    *state = client;
    return 0;
}

int redis_client_tear_down(void **state)
{
    struct redis_client *client = *state;

    redis_free(client->redis);
    redis_server_stop(&client->server);
    loop_free(client->loop);
    free(client);
    return 0;
}

static void changed(void *context, bool connected)
{
    struct redis_client *client = context;

    if (connected)
        client->ups++;
    else
        client->downs++;
}

void redis_client_connect(struct redis_client *client, const char *url,
                          int64_t timeout_ms)
{
    struct error err = {0};

    client->options.url = alloc_text(url);
    client->options.timeout_ms = timeout_ms;
    client->redis = redis_new(client->loop, &client->options, &err);
    redis_options_clear(&client->options);
    if (!client->redis)
        fail_msg("%s", err.text);
    redis_on_change(client->redis, changed, client);
}

void redis_client_up(struct redis_client *client, int64_t timeout_ms)
{
    redis_server_start(&client->server, NULL);
    redis_client_connect(client, client->server.url, timeout_ms);
    run_until_count(client->loop, &client->ups, 1);
}

void redis_client_note(void *context, const struct redis_answer *answer)
{
    struct redis_client *client = context;
    const char *text = redis_text(answer->reply);

    client->told++;
    client->answered += answer->fate == REDIS_ANSWERED;
    client->not_sent += answer->fate == REDIS_NOT_SENT;
    client->unknown += answer->fate == REDIS_UNKNOWN;
    client->number = redis_integer(answer->reply);
    client->error = redis_type(answer->reply) == REDIS_TYPE_ERROR;
    if (answer->why)
        text = answer->why;
    snprintf(client->last, sizeof(client->last), "%s", text ? text : "");
    if (client->free_inside) {
        struct redis *redis = client->redis;

        client->redis = NULL;
        redis_free(redis);
    }
}

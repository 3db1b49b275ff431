/* A client, a server, and what came back. See caller.h. */
#include "caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "run.h"

#include "base/banned.h"

int caller_set_up(void **state)
{
    struct caller *caller = NEW(struct caller);

    caller->loop = loop_new();
    caller->client = http_client_new(caller->loop, 500);
    caller->request.method = "GET";
    caller->request.timeout_ms = 10000;
    caller->request.max_answer = 4000;
    *state = caller;
    return 0;
}

int caller_tear_down(void **state)
{
    struct caller *caller = *state;

    http_client_free(caller->client);
    scripted_server_free(caller->server);
    http_request_clear(&caller->request);
    http_headers_clear(&caller->last.headers);
    loop_free(caller->loop);
    free(caller);
    return 0;
}

void caller_aim(struct caller *caller, const char *format)
{
    char url[200];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(url, sizeof(url), format,
             caller->server ? scripted_server_port(caller->server) : 0u);
#pragma GCC diagnostic pop
    alloc_replace(&caller->request.url, url);
}

void caller_serve(struct caller *caller, const struct script_step *steps,
                  size_t count)
{
    caller->server = scripted_server_new(caller->loop, steps, count);
    caller_aim(caller, "http://127.0.0.1:%u/path?query");
}

void caller_post_once(struct caller *caller, const char *body)
{
    caller->request.method = "POST";
    caller->request.once = true;
    alloc_replace(&caller->request.body, body);
    caller->request.body_len = strlen(body);
}

static void keep(struct caller *caller, const struct http_response *answer)
{
    http_headers_clear(&caller->last.headers);
    caller->last = *answer;
    caller->last.body = NULL;
    memset(&caller->last.headers, 0, sizeof(caller->last.headers));
    for (size_t i = 0; i < answer->headers.count; i++)
        http_headers_add(&caller->last.headers, answer->headers.list[i].name,
                         answer->headers.list[i].value);
    snprintf(caller->body, sizeof(caller->body), "%s", answer->body);
}

static void note(void *context, const struct http_response *answer)
{
    struct caller *caller = context;

    caller->told++;
    caller->answered += answer->fate == HTTP_ANSWERED;
    caller->not_sent += answer->fate == HTTP_NOT_SENT;
    caller->lost += answer->fate == HTTP_LOST;
    keep(caller, answer);
    if (caller->free_inside) {
        http_client_free(caller->client);
        caller->client = NULL;
    }
}

struct http_call *caller_send(struct caller *caller)
{
    return http_client_send(caller->client, &caller->request, note, caller);
}

void caller_wait(struct caller *caller, unsigned told)
{
    run_until_count(caller->loop, &caller->told, told);
}

void caller_call(struct caller *caller)
{
    unsigned told = caller->told;

    caller_send(caller);
    assert_int_equal(caller->told, told);
    caller_wait(caller, told + 1);
}

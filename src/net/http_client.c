/*
 * Calls on libcurl's multi interface: begun, ended, given up, and what their
 * fate is. See http_client.h for the contract and http_client_private.h for
 * the parts.
 */
#include "net/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "net/http_client_private.h"

#include "base/banned.h"

#define CONNECTIONS_MAX  1000L
#define IDLE_CALLS_MAX   256
#define USUAL_TIMEOUT_MS 30000

static void wipe_list(struct curl_slist *list)
{
    for (struct curl_slist *line = list; line; line = line->next)
        crypto_wipe(line->data, strlen(line->data));
    curl_slist_free_all(list);
}

/* As new, but for the handle with its standing options. */
static void empty(struct http_call *call)
{
    wipe_list(call->headers);
    call->headers = NULL;
    free(call->body);
    call->body = NULL;
    call->body_len = call->body_at = 0;
    free(call->networks);
    call->networks = NULL;
    call->flying = call->asked = call->repeating = false;
    call->fault[0] = call->blocked[0] = '\0';
    http_answer_clear(call);
}

static void destroy_call(struct http_call *call)
{
    empty(call);
    curl_easy_cleanup(call->easy);
    buf_clear(&call->body_in);
    free(call->ca);
    free(call);
}

/*
 * A handle whose call did not end well is not used again: libcurl leaves in it
 * that the body must be rewound, and the next call would fail by that.
 */
static void put_away(struct http_call *call, bool well)
{
    struct http_client *client = call->client;

    if (!well || client->closing || client->idle_count >= IDLE_CALLS_MAX) {
        destroy_call(call);
        return;
    }
    empty(call);
    TAILQ_INSERT_HEAD(&client->idle, call, link);
    client->idle_count++;
}

static struct http_call *take_call(struct http_client *client)
{
    struct http_call *call = TAILQ_FIRST(&client->idle);

    if (call) {
        TAILQ_REMOVE(&client->idle, call, link);
        client->idle_count--;
        return call;
    }
    call = NEW(struct http_call);
    call->client = client;
    call->easy = curl_easy_init();
    if (!call->easy)
        abort(); /* out of memory */
    buf_init(&call->body_in, 0);
    http_call_prepare(call);
    return call;
}

static void take_out(struct http_call *call)
{
    struct http_client *client = call->client;

    deadlines_remove(&client->deadlines, &call->deadline);
    if (call->flying) {
        curl_multi_remove_handle(client->multi, call->easy);
        TAILQ_REMOVE(&client->calls, call, link);
    } else {
        TAILQ_REMOVE(&client->refused, call, link);
    }
    client->active--;
}

static void destroy(struct http_client *client)
{
    curl_multi_cleanup(client->multi);
    watches_free(client->watches);
    timer_free(client->timer);
    timer_free(client->expiry);
    timer_free(client->soon);
    deadlines_clear(&client->deadlines);
    free(client->system_ca);
    free(client);
    curl_global_cleanup();
}

void http_client_enter(struct http_client *client)
{
    client->depth++;
}

void http_client_leave(struct http_client *client)
{
    if (--client->depth == 0 && client->closing)
        destroy(client);
}

/* The call is over and out of every list when its owner hears of it. */
static void tell(struct http_call *call, enum http_fate fate, const char *why)
{
    struct http_response *response = &call->response;

    take_out(call);
    response->fate = fate;
    response->body = call->body_in.data;
    response->body_len = call->body_in.len;
    if (!response->body) {
        buf_text(&call->body_in, "");
        response->body = call->body_in.data;
    }
    response->took_ms = clock_boot_ms() - call->started_at;
    if (fate != HTTP_ANSWERED)
        snprintf(response->why, sizeof(response->why), "%s", why);
    call->answered(call->context, response);
    put_away(call, fate == HTTP_ANSWERED && !response->cut);
}

static const char *words(const struct http_call *call, CURLcode code)
{
    if (!call->asked && call->blocked[0])
        return call->blocked;
    if (call->head_too_large)
        return "the headers of its answer are too large";
    if (call->repeating || code == CURLE_SEND_FAIL_REWIND)
        return "the connection broke before an answer came";
    return call->fault[0] ? call->fault : curl_easy_strerror(code);
}

/*
 * Until http_guard_begin() has let it go, not a byte of the request has left,
 * whatever went wrong. From then on it may have arrived.
 */
static enum http_fate fate_of_unanswered(const struct http_call *call)
{
    return call->asked ? HTTP_LOST : HTTP_NOT_SENT;
}

static void set_status(struct http_call *call)
{
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (call->head_whole && status >= 200 && status <= 999)
        call->response.status = (int)status;
}

static void judge(struct http_call *call, CURLcode code)
{
    set_status(call);
    if (call->response.status && (code == CURLE_OK || call->response.cut))
        tell(call, HTTP_ANSWERED, NULL);
    else if (code == CURLE_OK)
        tell(call, fate_of_unanswered(call), "what came back is not HTTP");
    else
        tell(call, fate_of_unanswered(call), words(call, code));
}

void http_client_take_finished(struct http_client *client)
{
    struct CURLMsg *message;
    struct http_call *call;
    int left;

    while (!client->closing &&
           (message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        judge(call, message->data.result);
    }
}

static void timer_due(void *context)
{
    struct http_client *client = context;
    int running;

    http_client_enter(client);
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    http_client_take_finished(client);
    http_client_leave(client);
}

static int timer_changed(CURLM *multi, long wait_ms, void *context)
{
    struct http_client *client = context;

    (void)multi;
    if (wait_ms < 0)
        timer_stop(client->timer);
    else
        timer_start(client->timer, wait_ms);
    return 0;
}

static void expire_by(struct http_client *client, int64_t at)
{
    if (at >= client->expiry_at)
        return;
    client->expiry_at = at;
    timer_start(client->expiry, at - clock_boot_ms());
}

static void expire(void *context)
{
    struct http_client *client = context;
    int64_t now = clock_boot_ms();
    struct deadline *first;
    char why[64];

    http_client_enter(client);
    client->expiry_at = INT64_MAX;
    while ((first = deadlines_first(&client->deadlines)) && first->at <= now) {
        struct http_call *call = (struct http_call *)first;

        snprintf(why, sizeof(why), "no whole answer within %lld ms",
                 (long long)(first->at - call->started_at));
        set_status(call);
        tell(call, fate_of_unanswered(call), why);
    }
    first = deadlines_first(&client->deadlines);
    if (first)
        expire_by(client, first->at);
    http_client_leave(client);
}

static void tell_refused(void *context)
{
    struct http_client *client = context;
    struct http_call *call;

    http_client_enter(client);
    while ((call = TAILQ_FIRST(&client->refused)))
        /* The analyzer does not see that tell() takes it out of the list. */
        tell(call, HTTP_NOT_SENT, /* NOLINT(clang-analyzer-unix.Malloc) */
             call->fault);
    http_client_leave(client);
}

static void set_up_multi(struct http_client *client, size_t per_host)
{
    CURLM *multi = client->multi;

    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watches_changed);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client->watches);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)per_host);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
}

/* What libcurl was built to trust, to go back to after another was set. */
static char *find_system_ca(void)
{
    CURL *easy = curl_easy_init();
    char *path = NULL;
    char *copy;

    curl_easy_getinfo(easy, CURLINFO_CAINFO, &path);
    copy = alloc_text(path);
    curl_easy_cleanup(easy);
    return copy;
}

struct http_client *http_client_new(struct loop *loop,
                                    size_t connections_per_host)
{
    struct http_client *client = NEW(struct http_client);

    /* Counts how often it is called; the first word on memory counts. */
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, alloc_bytes, free,
                         alloc_bytes_again, alloc_text, alloc_zero);
    client->loop = loop;
    client->multi = curl_multi_init();
    client->watches = watches_new(client);
    client->timer = timer_new(loop, timer_due, client);
    client->expiry = timer_new(loop, expire, client);
    client->expiry_at = INT64_MAX;
    client->soon = timer_new(loop, tell_refused, client);
    client->system_ca = find_system_ca();
    TAILQ_INIT(&client->calls);
    TAILQ_INIT(&client->refused);
    TAILQ_INIT(&client->idle);
    set_up_multi(client, connections_per_host);
    return client;
}

void http_client_free(struct http_client *client)
{
    struct http_call *call;

    if (!client || client->closing)
        return;
    http_client_enter(client);
    client->closing = true;
    while ((call = TAILQ_FIRST(&client->calls)) ||
           (call = TAILQ_FIRST(&client->refused)))
        http_call_cancel(call); /* NOLINT(clang-analyzer-unix.Malloc): */
                                /* it is taken out of its list there */
    while ((call = TAILQ_FIRST(&client->idle))) {
        TAILQ_REMOVE(&client->idle, call, link);
        destroy_call(call);
    }
    timer_stop(client->timer);
    timer_stop(client->expiry);
    timer_stop(client->soon);
    http_client_leave(client);
}

static void refuse(struct http_call *call, const char *why)
{
    struct http_client *client = call->client;

    snprintf(call->fault, sizeof(call->fault), "%s", why);
    TAILQ_INSERT_TAIL(&client->refused, call, link);
    timer_start(client->soon, 0);
}

struct http_call *http_client_send(struct http_client *client,
                                   const struct http_request *request,
                                   http_answered *answered, void *context)
{
    struct http_call *call = take_call(client);
    int64_t patience =
        request->timeout_ms > 0 ? request->timeout_ms : USUAL_TIMEOUT_MS;
    const char *why = http_call_request(call, request);
    CURLMcode code;

    call->answered = answered;
    call->context = context;
    call->started_at = clock_boot_ms();
    client->active++;
    code = why ? CURLM_OK : curl_multi_add_handle(client->multi, call->easy);
    if (code != CURLM_OK)
        why = curl_multi_strerror(code);
    if (why) {
        refuse(call, why);
        return call;
    }
    call->flying = true;
    TAILQ_INSERT_TAIL(&client->calls, call, link);
    deadlines_set(&client->deadlines, &call->deadline,
                  call->started_at + patience);
    expire_by(client, call->started_at + patience);
    return call;
}

void http_call_cancel(struct http_call *call)
{
    if (!call)
        return;
    take_out(call);
    put_away(call, false);
}

size_t http_client_active(const struct http_client *client)
{
    return client->active;
}

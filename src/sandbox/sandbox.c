/*
 * A pretend Zendesk Chat: what goes wrong is decided here, before and after
 * the Chats API does its work. See sandbox.h.
 */
#include "sandbox/sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/secret.h"
#include "chat_api/chat_api.h"
#include "net/http_server.h"
#include "sandbox/chance.h"
#include "sandbox/control.h"
#include "sandbox/script.h"
#include "sandbox/shelf.h"
#include "sandbox/state_file.h"
#include "sandbox/store.h"
#include "sandbox/tally.h"
#include "sandbox/visit.h"

#include "base/banned.h"

#define MINUTE_MS        60000
#define MOST_CONNECTIONS 20000

struct sandbox {
    struct sandbox_options options; /* its texts are of use in new() only */
    struct secret token;
    struct store *store;
    struct state_file *file;
    struct shelf shelf;
    struct script script;
    struct tally tally;
    struct visits visits;
    struct control control;
    struct chance for_errors, for_losses;
    struct chat_api *api;
    struct http_server *server;
    int64_t minute_at; /* when this minute of the rate limit began; boot, ms */
    unsigned used;     /* requests in it */
};

/* One request on its way through the API, which answers before it returns. */
struct passage {
    enum chat_call call;
    struct fault fault;
};

void sandbox_options_default(struct sandbox_options *options)
{
    *options = (struct sandbox_options){
        .listen = "127.0.0.1:8090",
        .ticket_delay_ms = 2000,
        .search_lag_ms = 500,
    };
}

/* What the answer becomes: kept for the tally, then on its way. */
static void leave(struct sandbox *sandbox, struct http_exchange *exchange,
                  const struct passage *passage,
                  const struct visit_answer *answer)
{
    const struct fault *fault = &passage->fault;
    bool unanswered = fault->kind == FAULT_LOSE_BEFORE ||
                      fault->kind == FAULT_LOSE_AFTER ||
                      fault->kind == FAULT_HANG;
    char left[16];

    tally_answer(&sandbox->tally, passage->call,
                 unanswered ? 0 : answer->status);
    if (sandbox->options.rate_limit && !unanswered) {
        snprintf(left, sizeof(left), "%u",
                 sandbox->options.rate_limit - sandbox->used);
        http_reply_header(exchange, "X-Rate-Limit-Remaining", left);
        snprintf(left, sizeof(left), "%u", sandbox->options.rate_limit);
        http_reply_header(exchange, "X-Rate-Limit", left);
    }
    visit_begin(&sandbox->visits, exchange, fault,
                sandbox->options.latency_ms + fault->delay_ms, answer);
}

/* An answer that the API did not make: a status of the fault's, or of ours. */
static void leave_with(struct sandbox *sandbox, struct http_exchange *exchange,
                       const struct passage *passage, int status)
{
    bool busy = status == 429;
    bool fault = passage->fault.kind != FAULT_NONE;
    struct visit_answer answer = {.status = status,
                                  .content_type =
                                      busy ? "text/plain; charset=utf-8"
                                           : "application/json; charset=utf-8"};
    char retry_after[24];
    struct buf body;

    buf_init(&body, 1024);
    if (busy)
        buf_text(&body, "Number of allowed API requests per minute exceeded\n");
    else if (status >= 300)
        chat_api_error_body(&body, fault ? "Sandbox" : "InvalidEndpoint",
                            fault ? "A fault that was asked for"
                                  : "There is nothing at this path");
    else
        buf_text(&body, "{}");
    answer.body = buf_str(&body);
    answer.len = body.len;
    if (passage->fault.retry_after >= 0) {
        snprintf(retry_after, sizeof(retry_after), "%" PRId64,
                 passage->fault.retry_after);
        answer.header = "Retry-After";
        answer.value = retry_after;
    }
    leave(sandbox, exchange, passage, &answer);
    buf_clear(&body);
}

/* From the API: the real answer. Our store answers before the client can have
 * left, so that there always is an exchange. */
static void on_answer(void *context, void *tag, struct http_exchange *exchange,
                      const struct chat_answer *real)
{
    struct sandbox *sandbox = context;
    const struct passage *passage = tag;
    const struct fault *fault = &passage->fault;
    const struct visit_answer answer = {
        .status = fault->status && fault->kind != FAULT_STATUS_AFTER
                      ? fault->status
                      : real->status,
        .content_type = real->content_type,
        .body = real->body,
        .len = real->len,
    };

    if (fault->kind == FAULT_STATUS_AFTER) {
        leave_with(sandbox, exchange, passage, fault->status);
        return;
    }
    for (size_t i = 0; i < real->header_count; i++)
        http_reply_header(exchange, real->headers[i].name,
                          real->headers[i].value);
    leave(sandbox, exchange, passage, &answer);
}

static struct chat_access authorize(void *context, const char *token)
{
    const struct sandbox *sandbox = context;
    struct chat_access access = {
        .role = CHAT_ROLE_OWNER, .read = true, .write = true};

    if (!token || !*token ||
        (secret_present(&sandbox->token) &&
         !secret_equal(&sandbox->token, token, strlen(token))))
        access.status = 401;
    return access;
}

/* Scripted faults first; else, as the shares say, by chance. */
static struct fault choose_fault(struct sandbox *sandbox, enum chat_call call,
                                 const struct http_exchange *exchange)
{
    const struct sandbox_options *options = &sandbox->options;
    struct fault fault = script_take(&sandbox->script, call, exchange);

    if (fault.kind == FAULT_NONE &&
        chance_falls(&sandbox->for_errors, options->error_rate)) {
        fault.kind = chance_falls(&sandbox->for_errors, 0.5)
                         ? FAULT_STATUS
                         : FAULT_STATUS_AFTER;
        fault.status = 500;
    }
    if (fault.kind == FAULT_NONE && call == CHAT_CALL_CREATE &&
        chance_falls(&sandbox->for_losses, options->lose_answer_rate))
        fault.kind = FAULT_LOSE_AFTER;
    if (fault.kind != FAULT_NONE)
        sandbox->tally.faults++;
    return fault;
}

/* Seconds until the limit allows another request; 0: this one may pass. */
static int64_t over_limit(struct sandbox *sandbox, int64_t now)
{
    if (!sandbox->options.rate_limit)
        return 0;
    if (now - sandbox->minute_at >= MINUTE_MS) {
        sandbox->minute_at = now;
        sandbox->used = 0;
    }
    if (sandbox->used < sandbox->options.rate_limit) {
        sandbox->used++;
        return 0;
    }
    return (sandbox->minute_at + MINUTE_MS - now + 999) / 1000;
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct sandbox *sandbox = context;
    struct passage passage = {.call = chat_api_call(exchange),
                              .fault = {.retry_after = -1}};
    int64_t wait;

    if (control_handle(&sandbox->control, exchange, clock_wall_ms()))
        return;
    sandbox->tally.requests[passage.call]++;
    wait = over_limit(sandbox, clock_boot_ms());
    if (wait) {
        passage.fault.retry_after = wait;
        leave_with(sandbox, exchange, &passage, 429);
        return;
    }
    passage.fault = choose_fault(sandbox, passage.call, exchange);
    if (passage.fault.kind == FAULT_STATUS)
        leave_with(sandbox, exchange, &passage, passage.fault.status);
    else if (passage.fault.kind == FAULT_LOSE_BEFORE ||
             !chat_api_handle(sandbox->api, exchange, &passage))
        leave_with(sandbox, exchange, &passage, 404);
}

static bool open_store(struct sandbox *sandbox, struct error *err)
{
    const struct sandbox_options *options = &sandbox->options;
    const struct store_options store = {
        .seed = options->seed,
        .ticket_delay_ms = options->ticket_delay_ms,
        .no_ticket = options->no_ticket,
        .search_lag_ms = options->search_lag_ms,
    };

    sandbox->store = store_new(&store);
    if (options->state_file) {
        sandbox->file =
            state_file_open(options->state_file, sandbox->store, err);
        if (!sandbox->file)
            return false;
    }
    shelf_init(&sandbox->shelf, sandbox->store, sandbox->file, clock_wall_ms);
    return true;
}

static bool open_server(struct sandbox *sandbox, struct loop *loop,
                        struct error *err)
{
    const struct chat_api_options api = {
        .ops = &shelf_ops,
        .store = &sandbox->shelf,
        .authorize = authorize,
        .reply = on_answer,
        .context = sandbox,
    };
    struct http_server_options options;

    http_server_options_default(&options);
    options.listen = sandbox->options.listen;
    options.max_body = CHAT_API_BODY_MAX;
    options.max_connections = MOST_CONNECTIONS;
    options.max_per_address = 0;
    sandbox->api = chat_api_new(&api);
    sandbox->server = http_server_new(loop, &options, handle, sandbox, err);
    return sandbox->server != NULL;
}

struct sandbox *sandbox_new(struct loop *loop,
                            const struct sandbox_options *options,
                            struct error *err)
{
    struct sandbox *sandbox = NEW(struct sandbox);

    sandbox->options = *options;
    sandbox->visits.loop = loop;
    if (options->token)
        secret_set(&sandbox->token, options->token, strlen(options->token));
    chance_init(&sandbox->for_errors, options->seed, 3);
    chance_init(&sandbox->for_losses, options->seed, 4);
    sandbox->minute_at = clock_boot_ms();
    if (!open_store(sandbox, err) || !open_server(sandbox, loop, err)) {
        sandbox_free(sandbox);
        return NULL;
    }
    sandbox->control = (struct control){.store = sandbox->store,
                                        .script = &sandbox->script,
                                        .tally = &sandbox->tally};
    return sandbox;
}

unsigned sandbox_port(const struct sandbox *sandbox)
{
    return http_server_port(sandbox->server);
}

void sandbox_drain(struct sandbox *sandbox, void (*drained)(void *context),
                   void *context)
{
    visits_end(&sandbox->visits);
    http_server_drain(sandbox->server, drained, context);
}

void sandbox_free(struct sandbox *sandbox)
{
    if (!sandbox)
        return;
    visits_end(&sandbox->visits);
    http_server_free(sandbox->server);
    chat_api_free(sandbox->api);
    script_clear(&sandbox->script);
    shelf_clear(&sandbox->shelf);
    state_file_close(sandbox->file);
    store_free(sandbox->store);
    secret_clear(&sandbox->token);
    free(sandbox);
}

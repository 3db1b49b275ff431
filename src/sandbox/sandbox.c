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
#include "chat_api/chat_api.h"
#include "net/http_server.h"
#include "sandbox/calls.h"
#include "sandbox/chance.h"
#include "sandbox/control.h"
#include "sandbox/oauth.h"
#include "sandbox/script.h"
#include "sandbox/seeds.h"
#include "sandbox/shelf.h"
#include "sandbox/state_file.h"
#include "sandbox/store.h"
#include "sandbox/tally.h"
#include "sandbox/tokens.h"
#include "sandbox/visit.h"

#include "base/banned.h"

#define MINUTE_MS        60000
#define MOST_CONNECTIONS 20000
#define ELSEWHERE        "https://scribe.zopim.com"

struct sandbox {
    struct sandbox_options options;
    struct manner manner;          /* as it is now */
    struct chat_manner api_manner; /* what of it the API asks for */
    struct tokens tokens;
    struct store *store;
    struct state_file *file;
    struct shelf shelf;
    struct script script;
    struct tally tally;
    struct visits visits;
    struct control control;
    struct chance for_errors, for_losses, for_lost_requests;
    struct chat_api *api;
    struct http_server *server;
    int64_t minute_at; /* when this minute of the rate limit began; boot, ms */
    int64_t used;      /* requests in it */
};

/* One request on its way through the API, which answers before it returns. */
struct passage {
    unsigned call; /* see calls.h */
    struct fault fault;
};

void sandbox_options_default(struct sandbox_options *options)
{
    *options = (struct sandbox_options){.listen = "127.0.0.1:8090"};
    manner_default(&options->manner);
}

/* In the words of the API as recorded, and of the draft of a standard. */
static void tell_limit(const struct sandbox *sandbox,
                       struct http_exchange *exchange)
{
    int64_t limit = sandbox->manner.rate_limit, left = limit - sandbox->used;
    int64_t reset = sandbox->minute_at + MINUTE_MS - clock_boot_ms();
    const struct {
        const char *name;
        int64_t value;
    } headers[] = {
        {"X-Rate-Limit", limit},
        {"X-Rate-Limit-Remaining", left},
        {"ratelimit-limit", limit},
        {"ratelimit-remaining", left},
        {"ratelimit-reset", reset > 0 ? (reset + 999) / 1000 : 0},
    };
    char text[24];

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        snprintf(text, sizeof(text), "%" PRId64, headers[i].value);
        http_reply_header(exchange, headers[i].name, text);
    }
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

    tally_answer(&sandbox->tally, passage->call,
                 unanswered ? 0 : answer->status);
    if (sandbox->manner.rate_limit && passage->call != CALL_TOKEN &&
        !unanswered)
        tell_limit(sandbox, exchange);
    visit_begin(&sandbox->visits, exchange, fault,
                sandbox->manner.latency_ms + fault->delay_ms, answer);
}

/* The bodies of 429 are not JSON. */
static const char *write_busy(const struct sandbox *sandbox, struct buf *body)
{
    static const char words[] =
        "Number of allowed API requests per minute exceeded";

    if (!sandbox->manner.busy_html) {
        buf_format(body, "%s\n", words);
        return "text/plain; charset=utf-8";
    }
    buf_format(body, "<html><body><h1>%s</h1></body></html>\n", words);
    return "text/html; charset=utf-8";
}

/* Returns the content type. */
static const char *write_made(const struct sandbox *sandbox, int status,
                              bool fault, struct buf *body)
{
    if (status == 429)
        return write_busy(sandbox, body);
    if (status < 300)
        buf_text(body, "{}");
    else
        chat_api_error_body(body, fault ? "Sandbox" : "InvalidEndpoint",
                            fault ? "A fault that was asked for"
                                  : "There is nothing at this path");
    return "application/json; charset=utf-8";
}

/* An answer that the API did not make: a status of the fault's, or of ours. */
static void leave_with(struct sandbox *sandbox, struct http_exchange *exchange,
                       const struct passage *passage, int status)
{
    struct visit_answer answer = {.status = status};
    char retry_after[24];
    struct buf body;

    buf_init(&body, 1024);
    answer.content_type =
        write_made(sandbox, status, passage->fault.kind != FAULT_NONE, &body);
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

    return tokens_access(&sandbox->tokens, token,
                         sandbox->manner.token_lifetime_ms, clock_boot_ms());
}

/* Drawn whatever the share, so that changing one leaves the others' draws as
 * they were. */
static enum fault_kind choose_loss(struct sandbox *sandbox)
{
    bool request = chance_falls(&sandbox->for_lost_requests,
                                sandbox->manner.lose_request_rate);
    bool answer =
        chance_falls(&sandbox->for_losses, sandbox->manner.lose_answer_rate);

    if (request)
        return FAULT_LOSE_BEFORE;
    return answer ? FAULT_LOSE_AFTER : FAULT_NONE;
}

/* Scripted faults first; else, as the shares say, by chance. */
static struct fault choose_fault(struct sandbox *sandbox, unsigned call,
                                 const struct http_exchange *exchange)
{
    struct fault fault = script_take(&sandbox->script, call, exchange);

    if (fault.kind == FAULT_NONE && call != CALL_TOKEN &&
        chance_falls(&sandbox->for_errors, sandbox->manner.error_rate)) {
        fault.kind = chance_falls(&sandbox->for_errors, 0.5)
                         ? FAULT_STATUS
                         : FAULT_STATUS_AFTER;
        fault.status = 500;
    }
    if (fault.kind == FAULT_NONE && call == CHAT_CALL_CREATE)
        fault.kind = choose_loss(sandbox);
    if (fault.kind != FAULT_NONE)
        sandbox->tally.faults++;
    return fault;
}

/* Seconds until the limit allows another request; 0: this one may pass. */
static int64_t over_limit(struct sandbox *sandbox, int64_t now)
{
    if (!sandbox->manner.rate_limit)
        return 0;
    if (now - sandbox->minute_at >= MINUTE_MS) {
        sandbox->minute_at = now;
        sandbox->used = 0;
    }
    if (sandbox->used < sandbox->manner.rate_limit) {
        sandbox->used++;
        return 0;
    }
    return (sandbox->minute_at + MINUTE_MS - now + 999) / 1000;
}

static void give_token(struct sandbox *sandbox, struct http_exchange *exchange,
                       const struct passage *passage)
{
    struct chat_answer answer = {.content_type =
                                     "application/json; charset=utf-8"};
    struct buf body;

    buf_init(&body, 4096);
    answer.status = oauth_exchange(&sandbox->tokens, exchange,
                                   sandbox->manner.token_lifetime_ms,
                                   clock_boot_ms(), &body);
    answer.body = buf_str(&body);
    answer.len = body.len;
    on_answer(sandbox, (void *)(uintptr_t)passage, exchange, &answer);
    buf_clear(&body);
}

static void carry_out(struct sandbox *sandbox, struct http_exchange *exchange,
                      struct passage *passage)
{
    const struct manner *manner = &sandbox->manner;

    sandbox->api_manner = (struct chat_manner){
        .created_status = (int)manner->created,
        .docs_array = manner->docs_array,
        .no_page = (enum chat_no_page)manner->no_page,
        .numeric_ids = manner->id_number,
        .result_host = manner->urls_elsewhere ? ELSEWHERE : NULL,
    };
    sandbox->shelf.call = (enum chat_call)passage->call;
    if (passage->call == CALL_TOKEN)
        give_token(sandbox, exchange, passage);
    else if (!chat_api_handle(sandbox->api, exchange, passage))
        leave_with(sandbox, exchange, passage, 404);
}

static unsigned call_of(const struct http_exchange *exchange)
{
    if (strcmp(http_path(exchange), OAUTH_PATH) == 0 &&
        strcmp(http_method(exchange), "POST") == 0)
        return CALL_TOKEN;
    return chat_api_call(exchange);
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct sandbox *sandbox = context;
    struct passage passage = {.call = call_of(exchange),
                              .fault = {.retry_after = -1}};
    int64_t wait = 0;

    if (control_handle(&sandbox->control, exchange, clock_wall_ms()))
        return;
    sandbox->tally.requests[passage.call]++;
    if (passage.call != CALL_TOKEN)
        wait = over_limit(sandbox, clock_boot_ms());
    if (wait) {
        passage.fault.retry_after = wait;
        leave_with(sandbox, exchange, &passage, 429);
        return;
    }
    passage.fault = choose_fault(sandbox, passage.call, exchange);
    if (passage.fault.kind == FAULT_STATUS)
        leave_with(sandbox, exchange, &passage, passage.fault.status);
    else if (passage.fault.kind == FAULT_LOSE_BEFORE)
        leave_with(sandbox, exchange, &passage, 404);
    else
        carry_out(sandbox, exchange, &passage);
}

static bool begin_with(struct sandbox *sandbox, struct error *err)
{
    const struct sandbox_options *options = &sandbox->options;

    if (sandbox->file && !state_file_is_new(sandbox->file))
        return true;
    if (options->examples && !seeds_examples(&sandbox->shelf, err))
        return false;
    return seeds_make(&sandbox->shelf, options->chats, options->seed, err);
}

static bool open_store(struct sandbox *sandbox, struct error *err)
{
    const struct sandbox_options *options = &sandbox->options;

    sandbox->store = store_new(options->seed);
    if (options->state_file) {
        sandbox->file =
            state_file_open(options->state_file, sandbox->store, err);
        if (!sandbox->file)
            return false;
    }
    sandbox->shelf.store = sandbox->store;
    sandbox->shelf.file = sandbox->file;
    sandbox->shelf.manner = &sandbox->manner;
    sandbox->shelf.now = clock_wall_ms;
    return begin_with(sandbox, err);
}

static bool read_client(struct sandbox *sandbox, struct error *err)
{
    const char *client = sandbox->options.client;
    const char *colon = client ? strchr(client, ':') : NULL;

    if (!client)
        return true;
    if (!colon)
        return error_set(err, ERROR_USAGE, "--client: ID:SECRET is expected");
    sandbox->tokens.client_id = alloc_text_n(client, (size_t)(colon - client));
    sandbox->tokens.client_secret = alloc_text(colon + 1);
    return true;
}

static bool read_tokens(struct sandbox *sandbox, struct error *err)
{
    const struct sandbox_options *options = &sandbox->options;
    const struct token refresh = {
        .refresh = true, .role = CHAT_ROLE_OWNER, .scopes = SCOPE_ALL};

    for (size_t i = 0; i < options->token_count; i++)
        if (!tokens_read(&sandbox->tokens, options->tokens[i], clock_boot_ms(),
                         err))
            return error_prefix(err, "--token");
    if (options->refresh_token)
        tokens_add(&sandbox->tokens, options->refresh_token, &refresh);
    return read_client(sandbox, err);
}

static bool open_server(struct sandbox *sandbox, struct loop *loop,
                        struct error *err)
{
    const struct chat_api_options api = {
        .ops = &shelf_ops,
        .store = &sandbox->shelf,
        .manner = &sandbox->api_manner,
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
    sandbox->manner = options->manner;
    sandbox->visits.loop = loop;
    tokens_init(&sandbox->tokens, options->seed);
    shelf_init(&sandbox->shelf, options->seed);
    chance_init(&sandbox->for_errors, options->seed, 3);
    chance_init(&sandbox->for_losses, options->seed, 4);
    chance_init(&sandbox->for_lost_requests, options->seed, 6);
    sandbox->minute_at = clock_boot_ms();
    if (!read_tokens(sandbox, err) || !open_store(sandbox, err) ||
        !open_server(sandbox, loop, err)) {
        sandbox_free(sandbox);
        return NULL;
    }
    sandbox->control = (struct control){.shelf = &sandbox->shelf,
                                        .script = &sandbox->script,
                                        .tally = &sandbox->tally,
                                        .tokens = &sandbox->tokens,
                                        .manner = &sandbox->manner,
                                        .usual = &sandbox->options.manner,
                                        .boot = clock_boot_ms};
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
    tokens_clear(&sandbox->tokens);
    free(sandbox);
}

/* The routes of the Chats API, and how its calls end. See chat_api.h. */
#include "chat_api/chat_api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "chat_api/call.h"

#include "base/banned.h"

#define CHATS_PATH "/api/v2/chat/chats"

/* What may go from a request into the URLs of its answer. */
#define HOST_CHARACTERS                                                        \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"

/* clang-format off */
static const struct {
    const char *name;
    bool write;
    void (*handle)(struct call *call);
} calls[CHAT_CALL_COUNT] = {
    [CHAT_CALL_NONE]       = { "none",        false, NULL },
    [CHAT_CALL_CREATE]     = { "create",      true,  call_create },
    [CHAT_CALL_LIST]       = { "list",        false, call_list },
    [CHAT_CALL_IDS]        = { "ids",         false, call_ids },
    [CHAT_CALL_SEARCH]     = { "search",      false, call_search },
    [CHAT_CALL_SHOW]       = { "show",        false, call_show },
    [CHAT_CALL_UPDATE]     = { "update",      true,  NULL },
    [CHAT_CALL_DELETE]     = { "delete",      true,  NULL },
    [CHAT_CALL_DELETE_IDS] = { "delete_ids",  true,  NULL },
    [CHAT_CALL_CHANGES]    = { "incremental", false, NULL },
    [CHAT_CALL_OTHER]      = { "other",       false, NULL },
};
/* clang-format on */

const char *chat_role_name(enum chat_role role)
{
    static const char *const names[] = {
        [CHAT_ROLE_AGENT] = "agent",
        [CHAT_ROLE_ADMINISTRATOR] = "administrator",
        [CHAT_ROLE_OWNER] = "owner",
    };

    return names[role];
}

const char *chat_call_name(enum chat_call call)
{
    return calls[call].name;
}

static bool has_ids(const struct http_exchange *exchange)
{
    const char *query = http_query(exchange);

    return text_starts(query, "ids=") || strstr(query, "&ids=");
}

enum chat_call chat_api_call(const struct http_exchange *exchange)
{
    const char *method = http_method(exchange);
    const char *path = http_path(exchange);
    bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

    if (!text_starts(path, CHATS_PATH))
        return CHAT_CALL_NONE;
    path += strlen(CHATS_PATH);
    if (!*path && strcmp(method, "POST") == 0)
        return CHAT_CALL_CREATE;
    if (!*path && get)
        return has_ids(exchange) ? CHAT_CALL_IDS : CHAT_CALL_LIST;
    if (*path && (path[0] != '/' || !path[1] || strchr(path + 1, '/')))
        return CHAT_CALL_NONE;
    if (!get)
        return CHAT_CALL_OTHER;
    return strcmp(path, "/search") == 0 ? CHAT_CALL_SEARCH : CHAT_CALL_SHOW;
}

struct chat_api *chat_api_new(const struct chat_api_options *options)
{
    struct chat_api *api = NEW(struct chat_api);

    api->options = *options;
    return api;
}

void chat_api_free(struct chat_api *api)
{
    free(api);
}

static void reply(struct http_exchange *exchange,
                  const struct chat_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++)
        http_reply_header(exchange, answer->headers[i].name,
                          answer->headers[i].value);
    http_reply(exchange, answer->status, answer->content_type, answer->body,
               answer->len);
}

void call_answer(struct call *call, const struct chat_answer *answer)
{
    const struct chat_api_options *options = &call->api->options;

    if (call->exchange)
        http_on_gone(call->exchange, NULL, NULL);
    if (options->reply)
        options->reply(options->context, call->tag, call->exchange, answer);
    else if (call->exchange)
        reply(call->exchange, answer);
    free(call->query);
    free(call->base_url);
    free(call);
}

void chat_api_error_body(struct buf *out, const char *code,
                         const char *description)
{
    buf_text(out, "{\"error\":");
    text_json(out, code);
    buf_text(out, ",\"description\":");
    text_json(out, description);
    buf_char(out, '}');
}

static void put_header(struct chat_answer *answer, const char *name,
                       const char *value)
{
    answer->headers[answer->header_count++] = (struct chat_header){name, value};
}

/* The header that belongs to some of the complaints. */
static void add_header(struct chat_answer *answer, const struct call *call)
{
    const char *path = http_path(call->exchange);

    if (answer->status == 401)
        put_header(answer, "WWW-Authenticate", "Bearer");
    else if (answer->status == 503)
        put_header(answer, "Retry-After", "5");
    else if (answer->status == 405)
        put_header(answer, "Allow",
                   strcmp(path, CHATS_PATH) == 0 ? "GET, HEAD, POST"
                                                 : "GET, HEAD");
}

void call_error(struct call *call, int status, const char *code,
                const char *description)
{
    struct chat_answer answer = {.status = status,
                                 .content_type = CHAT_API_JSON};
    struct buf body;

    buf_init(&body, 8192);
    chat_api_error_body(&body, code, description);
    answer.body = buf_str(&body);
    answer.len = body.len;
    if (call->exchange)
        add_header(&answer, call);
    call_answer(call, &answer);
    buf_clear(&body);
}

void call_complain(struct call *call, const struct chat_complaints *complaints)
{
    struct chat_answer answer = {.status = 422, .content_type = CHAT_API_JSON};
    struct buf body;

    if (complaints->count == 0) {
        call_error(call, 400, "InvalidJson", complaints->json);
        return;
    }
    buf_init(&body, 8192);
    buf_text(&body, "{\"error\":\"RecordInvalid\",\"description\":"
                    "\"Members are missing or wrong\",\"details\":{");
    for (size_t i = 0; i < complaints->count; i++) {
        const struct chat_complaint *complaint = &complaints->list[i];

        buf_format(&body,
                   "%s\"%s\":[{\"error\":\"%s\",\"description\":", i ? "," : "",
                   complaint->member, complaint->code);
        text_json(&body, complaint->detail);
        buf_text(&body, "}]");
    }
    buf_text(&body, "}}");
    answer.body = buf_str(&body);
    answer.len = body.len;
    call_answer(call, &answer);
    buf_clear(&body);
}

static void client_gone(void *context)
{
    struct call *call = context;

    call->exchange = NULL;
}

static const char *bearer(const struct http_exchange *exchange)
{
    const char *value = http_header(exchange, "Authorization");

    if (!value || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    return value + 7 + strspn(value + 7, " ");
}

/* False: answered already. */
static bool let_in(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    struct chat_access access = {
        .role = CHAT_ROLE_OWNER, .read = true, .write = true};

    if (options->authorize)
        access = options->authorize(options->context, bearer(call->exchange));
    call->access = access;
    if (access.status == 401) {
        call_error(call, 401, "Unauthorized",
                   "Send 'Authorization: Bearer' with a token that is valid "
                   "here");
        return false;
    }
    if (access.status ||
        !(calls[call->kind].write ? access.write : access.read)) {
        call_error(call, 403, "Forbidden",
                   "This token may not do that: its scope does not reach");
        return false;
    }
    return true;
}

static char *base_url(const struct chat_api *api,
                      const struct http_exchange *exchange)
{
    const char *host = http_header(exchange, "Host");

    if (api->options.base_url)
        return alloc_text(api->options.base_url);
    if (!host || strspn(host, HOST_CHARACTERS) != strlen(host))
        host = "localhost";
    return alloc_format("%s://%s", http_is_tls(exchange) ? "https" : "http",
                        host);
}

bool chat_api_handle(struct chat_api *api, struct http_exchange *exchange,
                     void *tag)
{
    enum chat_call kind = chat_api_call(exchange);
    struct call *call;

    if (kind == CHAT_CALL_NONE)
        return false;
    call = NEW(struct call);
    call->api = api;
    call->exchange = exchange;
    call->tag = tag;
    call->kind = kind;
    call->base_url = base_url(api, exchange);
    http_on_gone(exchange, client_gone, call);
    if (kind == CHAT_CALL_OTHER)
        call_error(call, 405, "MethodNotAllowed",
                   "This method is not for this path: see Allow");
    else if (let_in(call))
        calls[kind].handle(call);
    return true;
}

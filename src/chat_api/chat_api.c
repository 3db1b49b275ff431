/* From a request to the handler of its call. See chat_api.h. */
#include "chat_api/chat_api.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "chat_api/call.h"

#include "base/banned.h"

/* What may go from a request into the URLs of its answer. */
#define HOST_CHARACTERS                                                        \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"

struct chat_api *chat_api_new(const struct chat_api_options *options)
{
    struct chat_api *api = NEW(struct chat_api);

    api->options = *options;
    api->limit.per_minute = options->limit_per_minute;
    return api;
}

void chat_api_free(struct chat_api *api)
{
    if (!api)
        return;
    limit_clear(&api->limit);
    free(api);
}

void chat_api_use_limit(struct chat_api *api, unsigned per_minute)
{
    api->limit.per_minute = per_minute;
}

static void client_gone(void *context)
{
    struct call *call = context;

    call->exchange = NULL;
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

static void refuse_method(struct call *call)
{
    struct buf methods;

    buf_init(&methods, 128);
    call_methods(call->api->options.ops, http_path(call->exchange), &methods);
    call_fail(call,
              &(struct failure){
                  .status = 405,
                  .code = "MethodNotAllowed",
                  .description = "This method is not for this path: see Allow",
                  .header = {"Allow", buf_str(&methods)},
              });
    buf_clear(&methods);
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
    if (!call_let_in(call))
        return true;
    if (!call_offered(api->options.ops, kind))
        refuse_method(call);
    else if (call_is_allowed(call))
        call_rows[kind].handle(call);
    return true;
}

/* GET /v1/submissions/{id} and GET /s/{id}: who may look, and how. */
#include <string.h>

#include "answer/problems.h"
#include "base/id.h"
#include "guard/guard.h"
#include "intake/inside.h"
#include "intake/links.h"
#include "intake/look.h"
#include "intake/prefer.h"

#include "base/banned.h"

#define TOKEN_MAX 256

/* Of the query, else of a Bearer header. */
static bool may_look(const struct request *request)
{
    const char *token;
    struct buf value;
    bool ok;

    if (!id_ok(request->name))
        return false;
    buf_init(&value, TOKEN_MAX);
    if (http_query_value(request->exchange, "token", &value) && buf_ok(&value))
        token = buf_str(&value);
    else
        token = guard_bearer(http_header(request->exchange, "Authorization"));
    ok = links_token_matches(request->settings, request->name, token);
    buf_clear(&value);
    return ok;
}

/* Scripts of the websites may read it: the token is what protects it. */
static void allow_scripts(const struct request *request)
{
    const char *origin = http_header(request->exchange, "Origin");

    if (origin && !guard_origin_of_any(request->settings, origin))
        origin = NULL;
    guard_cors(request->exchange, origin);
}

void preflight_status(struct request *request)
{
    const char *origin = http_header(request->exchange, "Origin");

    if (origin && !guard_origin_of_any(request->settings, origin))
        problems_answer(request->exchange, "origin-refused", NULL);
    else
        guard_preflight(request->exchange, origin, "GET, HEAD");
}

void get_status(struct request *request)
{
    struct http_exchange *exchange = request->exchange;
    /* A HEAD of a stream would hold the connection and never say a word. */
    bool stream =
        strcmp(http_method(exchange), "HEAD") != 0 &&
        accept_names(http_header(exchange, "Accept"), "text/event-stream");

    allow_scripts(request);
    /* One answer for every miss: it tells nothing about which ids exist. */
    if (!may_look(request))
        problems_answer(exchange, "unknown-submission", NULL);
    else if (stream)
        look_at(request, request->name, LOOK_STREAM, 0);
    else
        look_at(request, request->name, LOOK_STATE,
                prefer_wait_ms(http_header(exchange, "Prefer")));
}

void get_status_page(struct request *request)
{
    if (may_look(request))
        look_at(request, request->name, LOOK_PAGE, 0);
    else
        pages_problem(request->exchange, "unknown-submission", NULL);
}

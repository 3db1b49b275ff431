/* Which path and method is answered by whom: one table. */
#include <string.h>

#include "answer/health.h"
#include "answer/problems.h"
#include "answer/route.h"
#include "base/id.h"
#include "guard/guard.h"
#include "intake/inside.h"
#include "relay_chats/relay_chats.h"

#include "base/banned.h"

#define ANY ROUTE_ANY

static void get_livez(struct request *request)
{
    health_live(request->exchange);
}

static void get_readyz(struct request *request)
{
    const struct intake *intake = request->intake;
    struct health health = {.draining = intake->draining};

    health.queue = reception_into_queue(&intake->reception, &health.why);
    health.journal = journal_takes(intake->reception.journal);
    health.has_journal = journal_enabled(intake->reception.journal);
    if (intake->reception.journal)
        health.waiting = journal_waiting(intake->reception.journal);
    health_ready(request->exchange, &health);
}

/* clang-format off */
static const struct route {
    const char *method, *path;
    bool any_host; /* probes ask by address */
    handler *handle;
} routes[] = {
    {"POST",    "/f/" ANY,              false, post_form},
    {"OPTIONS", "/f/" ANY,              false, preflight_form},
    {"GET",     "/f/" ANY,              false, describe_form},
    {"GET",     "/v1/submissions/" ANY, false, get_status},
    {"OPTIONS", "/v1/submissions/" ANY, false, preflight_status},
    {"GET",     "/s/" ANY,              false, get_status_page},
    {"GET",     "/",                    false, get_home},
    {"GET",     "/assets/" ANY,         false, get_asset},
    {"GET",     "/openapi.yaml",        false, get_openapi},
    {"GET",     "/problems/" ANY,       false, get_problem},
    {"GET",     "/livez",               true,  get_livez},
    {"GET",     "/readyz",              true,  get_readyz},
    {"GET",     "/healthz",             true,  get_readyz},
};
/* clang-format on */

#define ROUTES (sizeof(routes) / sizeof(*routes))

static void refuse(struct request *request, struct buf *allow)
{
    if (!allow->len) {
        problems_answer(request->exchange, "not-found", NULL);
        return;
    }
    http_reply_header(request->exchange, "Allow", buf_str(allow));
    problems_answer(request->exchange, "method-not-allowed", NULL);
}

static void run(struct request *request, const struct route *route)
{
    if (!route->any_host &&
        !guard_host(request->settings, http_header(request->exchange, "Host")))
        problems_answer(request->exchange, "wrong-host", NULL);
    else
        route->handle(request);
}

/* The Chats API knows its paths and methods itself. */
static void handle_chats(struct request *request)
{
    relay_chats_handle(request->intake->chats, request->exchange);
}

static const struct route chats = {"", "", false, handle_chats};

void routes_handle(struct request *request)
{
    const char *path = http_path(request->exchange);
    const char *method = http_method(request->exchange);
    struct route_segment segment;
    struct buf allow;

    if (relay_chats_is(request->exchange)) {
        run(request, &chats);
        return;
    }
    buf_init(&allow, ROUTE_ALLOW_MAX);
    for (size_t i = 0; i < ROUTES; i++) {
        if (!route_fits(routes[i].path, path, &segment))
            continue;
        request->name = segment.text; /* it is the last one of each path */
        if (route_takes(routes[i].method, method)) {
            run(request, &routes[i]);
            buf_clear(&allow);
            return;
        }
        route_allow(&allow, routes[i].method);
    }
    refuse(request, &allow);
    buf_clear(&allow);
}

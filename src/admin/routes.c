/* Which path and method is answered by whom, and who may ask: one table. */
#include <stdio.h>
#include <string.h>

#include "admin/inside.h"
#include "answer/health.h"
#include "answer/problems.h"
#include "answer/route.h"
#include "base/text.h"

#include "base/banned.h"

#define OURS "/v1/admin/"
#define ANY  ROUTE_ANY

enum role { ANYBODY, READ, OPERATE };

static void get_livez(struct request *request)
{
    health_live(request->exchange);
}

static void get_readyz(struct request *request)
{
    const struct admin *admin = request->admin;
    struct health health = {.draining = admin->draining};

    health.queue = queue_ready(admin->queue, &health.why);
    health_ready(request->exchange, &health);
}

/* clang-format off */
static const struct route {
    const char *method, *path;
    enum role role;
    handler *handle;
} routes[] = {
    {"GET",    OURS "submissions",                   READ,    get_submissions},
    {"GET",    OURS "submissions/" ANY,              READ,    get_submission},
    {"DELETE", OURS "submissions/" ANY,              OPERATE, delete_submission},
    {"POST",   OURS "submissions/" ANY "/release",   OPERATE, post_release},
    {"POST",   OURS "submissions/" ANY "/discard",   OPERATE, post_discard},
    {"POST",   OURS "replays",                       OPERATE, post_replay},
    {"GET",    OURS "replays",                       READ,    get_replays},
    {"GET",    OURS "replays/" ANY,                  READ,    get_replay},
    {"DELETE", OURS "replays/" ANY,                  OPERATE, delete_replay},
    {"POST",   OURS "replays/" ANY "/pause",         OPERATE, post_pause_replay},
    {"POST",   OURS "replays/" ANY "/resume",        OPERATE, post_resume_replay},
    {"POST",   OURS "replays/" ANY "/rate",          OPERATE, post_rate_replay},
    {"POST",   OURS "erasures",                      OPERATE, post_erasure},
    {"POST",   OURS "destinations/" ANY "/pause",    OPERATE, post_pause},
    {"POST",   OURS "destinations/" ANY "/resume",   OPERATE, post_resume},
    {"GET",    OURS "stats",                         READ,    get_stats},
    {"GET",    "/livez",                             ANYBODY, get_livez},
    {"GET",    "/readyz",                            ANYBODY, get_readyz},
    {"GET",    "/healthz",                           ANYBODY, get_readyz},
};
/* clang-format on */

#define ROUTES (sizeof(routes) / sizeof(*routes))

/* False: answered already. */
static bool is_known(struct request *request)
{
    struct http_exchange *exchange = request->exchange;
    const char *token = tokens_bearer(http_header(exchange, "Authorization"));

    if (token && tokens_know(request->admin->settings, token, &request->who))
        return true;
    if (token)
        log_event(LOG_LEVEL_WARN, "admin_refused", "peer", http_peer(exchange));
    http_reply_header(exchange, "WWW-Authenticate", "Bearer");
    problems_answer(exchange,
                    token ? "admin-token-wrong" : "admin-token-required", NULL);
    return false;
}

static void run(struct request *request, const struct route *route)
{
    const struct operator* who = & request->who;

    if ((route->role == OPERATE && !who->may_operate) ||
        (route->role == READ && !who->may_read))
        problems_answer(request->exchange, "role-missing", NULL);
    else
        route->handle(request);
}

static void refuse(struct request *request, const struct buf *allow)
{
    if (!allow->len) {
        problems_answer(request->exchange, "not-found",
                        "The operators' paths begin with " OURS "; "
                        "/openapi.yaml of the relay lists them.");
        return;
    }
    http_reply_header(request->exchange, "Allow", buf_str(allow));
    problems_answer(request->exchange, "method-not-allowed", NULL);
}

/* A name that has no room is none of ours: it is left empty. */
static void take_name(struct request *request,
                      const struct route_segment *segment)
{
    bool fits = segment->len < sizeof(request->name);

    snprintf(request->name, sizeof(request->name), "%.*s",
             fits ? (int)segment->len : 0, segment->text);
}

void admin_route(struct request *request)
{
    const char *path = http_path(request->exchange);
    const char *method = http_method(request->exchange);
    struct route_segment segment;
    struct buf allow;

    if (text_starts(path, OURS) && !is_known(request))
        return;
    buf_init(&allow, ROUTE_ALLOW_MAX);
    for (size_t i = 0; i < ROUTES; i++) {
        if (!route_fits(routes[i].path, path, &segment))
            continue;
        if (route_takes(routes[i].method, method)) {
            take_name(request, &segment);
            run(request, &routes[i]);
            buf_clear(&allow);
            return;
        }
        route_allow(&allow, routes[i].method);
    }
    refuse(request, &allow);
    buf_clear(&allow);
}

/* Which path and method is answered by whom: one table. */
#include <string.h>

#include "base/id.h"
#include "guard/guard.h"
#include "intake/inside.h"
#include "intake/problems.h"

#include "base/banned.h"

#define ANY  "{}" /* one segment of a path */
#define ROOM 64   /* longer than the longest Allow header */

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

/* Whether path fits; *segment is what stands for "{}", or "". */
static bool fits(const char *pattern, const char *path, const char **segment)
{
    const char *hole = strstr(pattern, ANY);
    size_t start;

    *segment = "";
    if (!hole)
        return strcmp(pattern, path) == 0;
    start = (size_t)(hole - pattern);
    if (strncmp(pattern, path, start) != 0)
        return false;
    *segment = path + start;
    return **segment && !strchr(*segment, '/');
}

/* HEAD is answered as GET; the server leaves the body out. */
static bool takes(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static void add_allowed(struct buf *allow, const char *method)
{
    buf_format(allow, "%s%s", allow->len ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        buf_text(allow, ", HEAD");
}

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

void routes_handle(struct request *request)
{
    const char *path = http_path(request->exchange);
    const char *method = http_method(request->exchange);
    struct buf allow;

    buf_init(&allow, ROOM);
    for (size_t i = 0; i < ROUTES; i++) {
        if (!fits(routes[i].path, path, &request->name))
            continue;
        if (takes(&routes[i], method)) {
            run(request, &routes[i]);
            buf_clear(&allow);
            return;
        }
        add_allowed(&allow, routes[i].method);
    }
    refuse(request, &allow);
    buf_clear(&allow);
}

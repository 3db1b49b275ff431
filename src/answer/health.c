/* Probes and their answers. See health.h. */
#include "answer/health.h"

#include <string.h>

#include "answer/problems.h"
#include "base/text.h"

#include "base/banned.h"

#define LIST_MAX 2048

static bool verbose(const struct http_exchange *exchange)
{
    const char *query = http_query(exchange);

    return text_starts(query, "verbose") &&
           (query[7] == '\0' || query[7] == '=' || query[7] == '&');
}

static void answer(struct http_exchange *exchange, int status,
                   const struct buf *list)
{
    http_reply_header(exchange, "Cache-Control", "no-store");
    if (verbose(exchange))
        http_reply(exchange, status, "text/plain; charset=utf-8", list->data,
                   list->len);
    else
        http_reply(exchange, status, "text/plain; charset=utf-8", "ok\n", 3);
}

void health_live(struct http_exchange *exchange)
{
    struct buf list;

    buf_init(&list, LIST_MAX);
    buf_text(&list, "[+] loop: ok\nlivez: ok\n");
    answer(exchange, 200, &list);
    buf_clear(&list);
}

static void not_ready(struct http_exchange *exchange, const struct buf *list,
                      const char *why)
{
    http_reply_header(exchange, "Retry-After", "2");
    if (verbose(exchange)) {
        answer(exchange, 503, list);
        return;
    }
    problems_answer(exchange, "not-ready", why);
}

void health_ready(struct http_exchange *exchange, const struct health *health)
{
    bool ready = (health->queue || health->journal) && !health->draining;
    struct buf list;

    buf_init(&list, LIST_MAX);
    buf_format(&list, "[%c] queue: %s\n", health->queue ? '+' : '-',
               health->queue ? "ok"
               : health->why ? health->why
                             : "not ready");
    if (health->has_journal || health->waiting)
        buf_format(&list, "[%c] journal: %s, %zu waiting\n",
                   health->journal ? '+' : '-',
                   health->journal ? "takes messages" : "takes nothing",
                   health->waiting);
    buf_format(&list, "[%c] running: %s\n", health->draining ? '-' : '+',
               health->draining ? "draining" : "ok");
    buf_format(&list, "readyz: %s\n", ready ? "ok" : "failed");
    if (ready)
        answer(exchange, 200, &list);
    else
        not_ready(exchange, &list,
                  health->draining ? "The server is stopping." : health->why);
    buf_clear(&list);
}

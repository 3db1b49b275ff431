/* /livez, /readyz and /healthz: for probes, and with ?verbose for people. */
#include <string.h>

#include "base/text.h"
#include "intake/inside.h"
#include "intake/problems.h"

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

/* That this runs is the whole answer: nothing outside is asked. */
void get_livez(struct request *request)
{
    struct buf list;

    buf_init(&list, LIST_MAX);
    buf_text(&list, "[+] loop: ok\nlivez: ok\n");
    answer(request->exchange, 200, &list);
    buf_clear(&list);
}

static void not_ready(struct request *request, const struct buf *list,
                      const char *why)
{
    struct http_exchange *exchange = request->exchange;

    http_reply_header(exchange, "Retry-After", "2");
    if (verbose(exchange)) {
        answer(exchange, 503, list);
        return;
    }
    problems_answer(exchange, "not-ready", why);
}

void get_readyz(struct request *request)
{
    const char *why = NULL;
    bool queue = queue_ready(request->intake->queue, &why);
    bool draining = request->intake->draining;
    struct buf list;

    buf_init(&list, LIST_MAX);
    buf_format(&list, "[%c] queue: %s\n", queue ? '+' : '-',
               queue ? "ok"
               : why ? why
                     : "not ready");
    buf_format(&list, "[%c] running: %s\n", draining ? '-' : '+',
               draining ? "draining" : "ok");
    buf_format(&list, "readyz: %s\n", queue && !draining ? "ok" : "failed");
    if (queue && !draining)
        answer(request->exchange, 200, &list);
    else
        not_ready(request, &list, draining ? "The server is stopping." : why);
    buf_clear(&list);
}

/* Odd answers, one timer each. See visit.h. */
#include "sandbox/visit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define POLL_MS       5
#define ENDLESS_PIECE 16384
#define ENDLESS_AHEAD ((size_t)256 * 1024) /* never more than that unsent */

static const char html_page[] =
    "<!DOCTYPE html>\n<html><head><title>Error</title></head>\n"
    "<body><h1>Something went wrong</h1></body></html>\n";

struct visit {
    struct visits *visits;
    struct visit *next, *previous;
    struct http_exchange *exchange;
    struct timer *timer;
    enum fault_kind kind;
    bool reset;
    bool begun; /* the first bytes are out */
    int status;
    char *header, *value; /* owned, or NULL */
    const char *content_type;
    char *body; /* owned */
    size_t len;
};

static void end(struct visit *visit)
{
    if (visit->previous)
        visit->previous->next = visit->next;
    else
        visit->visits->first = visit->next;
    if (visit->next)
        visit->next->previous = visit->previous;
    timer_free(visit->timer);
    free(visit->header);
    free(visit->value);
    free(visit->body);
    free(visit);
}

static void client_left(void *context)
{
    end(context);
}

void visit_cut(struct http_exchange *exchange, bool reset)
{
    http_on_gone(exchange, NULL, NULL);
    http_abort(exchange, reset);
}

static void add_header(struct http_exchange *exchange, const char *name,
                       const char *value)
{
    if (name)
        http_reply_header(exchange, name, value);
}

static void give(struct http_exchange *exchange,
                 const struct visit_answer *answer)
{
    add_header(exchange, answer->header, answer->value);
    http_reply(exchange, answer->status, answer->content_type, answer->body,
               answer->len);
}

/* The answer as it is, or as HTML; ends the visit. */
static void answer(struct visit *visit)
{
    bool html = visit->kind == FAULT_HTML;
    const struct visit_answer whole = {
        .status = visit->status,
        .header = visit->header,
        .value = visit->value,
        .content_type = html ? "text/html; charset=utf-8" : visit->content_type,
        .body = html ? html_page : visit->body,
        .len = html ? strlen(html_page) : visit->len,
    };

    http_on_gone(visit->exchange, NULL, NULL);
    give(visit->exchange, &whole);
    end(visit);
}

static void cut(struct visit *visit)
{
    visit_cut(visit->exchange, visit->reset);
    end(visit);
}

/* Half of it, and once that is out, the end of the connection. */
static void truncate_answer(struct visit *visit)
{
    if (!visit->begun) {
        visit->begun = true;
        add_header(visit->exchange, visit->header, visit->value);
        http_stream_begin(visit->exchange, visit->status, visit->content_type);
        http_stream_write(visit->exchange, visit->body, visit->len / 2);
    } else if (http_stream_unsent(visit->exchange) == 0) {
        cut(visit);
        return;
    }
    timer_start(visit->timer, POLL_MS);
}

/* The beginning of it, and then spaces without end. */
static void go_on(struct visit *visit)
{
    char spaces[ENDLESS_PIECE];

    if (!visit->begun) {
        visit->begun = true;
        http_stream_begin(visit->exchange, visit->status, visit->content_type);
        http_stream_write(visit->exchange, visit->body, visit->len / 2);
    }
    memset(spaces, ' ', sizeof(spaces));
    if (http_stream_unsent(visit->exchange) < ENDLESS_AHEAD)
        http_stream_write(visit->exchange, spaces, sizeof(spaces));
    timer_start(visit->timer, POLL_MS);
}

static void play(void *context)
{
    struct visit *visit = context;

    switch (visit->kind) {
    case FAULT_LOSE_BEFORE:
    case FAULT_LOSE_AFTER:
        cut(visit);
        break;
    case FAULT_HANG:
        break;
    case FAULT_TRUNCATE:
        truncate_answer(visit);
        break;
    case FAULT_ENDLESS:
        go_on(visit);
        break;
    default:
        answer(visit);
    }
}

/* Most requests: nothing is odd about them, and nothing need be kept. */
static bool at_once(struct http_exchange *exchange, const struct fault *fault,
                    const struct visit_answer *whole)
{
    switch (fault->kind) {
    case FAULT_LOSE_BEFORE:
    case FAULT_LOSE_AFTER:
        visit_cut(exchange, fault->reset);
        return true;
    case FAULT_HANG:
    case FAULT_TRUNCATE:
    case FAULT_ENDLESS:
    case FAULT_HTML:
        return false;
    default:
        give(exchange, whole);
        return true;
    }
}

void visit_begin(struct visits *visits, struct http_exchange *exchange,
                 const struct fault *fault, int64_t delay_ms,
                 const struct visit_answer *whole)
{
    struct visit *visit;

    if (delay_ms == 0 && at_once(exchange, fault, whole))
        return;
    visit = NEW(struct visit);
    *visit = (struct visit){
        .visits = visits,
        .next = visits->first,
        .exchange = exchange,
        .kind = fault->kind,
        .reset = fault->reset,
        .status = whole->status,
        .header = alloc_text(whole->header),
        .value = alloc_text(whole->value),
        .content_type = whole->content_type,
        .body = alloc_text_n(whole->body, whole->len),
        .len = whole->len,
    };
    visit->timer = timer_new(visits->loop, play, visit);
    if (visits->first)
        visits->first->previous = visit;
    visits->first = visit;
    http_on_gone(exchange, client_left, visit);
    timer_start(visit->timer, delay_ms);
}

void visits_end(struct visits *visits)
{
    struct visit *next;

    for (struct visit *visit = visits->first; visit; visit = next) {
        next = visit->next;
        if (visit->kind == FAULT_NONE || visit->kind == FAULT_SLOW ||
            visit->kind == FAULT_STATUS || visit->kind == FAULT_STATUS_AFTER)
            answer(visit);
        else
            cut(visit);
    }
}

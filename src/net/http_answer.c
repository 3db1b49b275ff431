/* What a handler can answer, whole or in pieces. See http_server.h. */
#include "net/http_server.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_connection.h"
#include "net/problem.h"

#include "base/banned.h"

#define COPY_MAX 32768 /* of a piece; copying it is cheaper than a call */

static const char *reason_of(int status)
{
    /* clang-format off */
    static const struct { int status; const char *reason; } reasons[] = {
        { 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
        { 204, "No Content" }, { 206, "Partial Content" },
        { 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" },
        { 304, "Not Modified" }, { 307, "Temporary Redirect" },
        { 308, "Permanent Redirect" },
        { 400, "Bad Request" }, { 401, "Unauthorized" },
        { 402, "Payment Required" }, { 403, "Forbidden" },
        { 404, "Not Found" }, { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" }, { 408, "Request Timeout" },
        { 409, "Conflict" }, { 410, "Gone" }, { 411, "Length Required" },
        { 412, "Precondition Failed" }, { 413, "Content Too Large" },
        { 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
        { 417, "Expectation Failed" }, { 421, "Misdirected Request" },
        { 422, "Unprocessable Content" }, { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" }, { 501, "Not Implemented" },
        { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
        { 507, "Insufficient Storage" },
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}

static void add_number(struct buf *out, size_t number)
{
    char digits[24];
    char *first = digits + sizeof(digits);

    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    buf_add(out, first, (size_t)(digits + sizeof(digits) - first));
}

/* The Date header, made once a second. The names are the protocol's, not the
 * locale's. */
static const char *date_header(struct http_server *server)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t second = clock_wall_ms() / 1000;
    time_t at = (time_t)second;
    struct tm parts;

    if (second == server->date_second)
        return server->date;
    server->date_second = second;
    gmtime_r(&at, &parts);
    snprintf(server->date, sizeof(server->date),
             "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
             days + 3 * (size_t)parts.tm_wday, parts.tm_mday,
             months + 3 * (size_t)parts.tm_mon, parts.tm_year + 1900,
             parts.tm_hour, parts.tm_min, parts.tm_sec);
    return server->date;
}

static bool has_body(int status)
{
    return status != 204 && status != 304;
}

/*
 * A control character in a header would let its author write headers, or a
 * whole answer, of his own: it is left out, and whoever let it through has a
 * bug. So is one that does not fit.
 */
static bool header_ok(const struct buf *out, const char *name,
                      const char *value)
{
    size_t name_len = strlen(name), value_len = strlen(value);

    if (http_is_token(name, name_len) && http_is_value(value, value_len) &&
        name_len + value_len + strlen(": \r\n") <= out->limit - out->len)
        return true;
    log_event(LOG_LEVEL_ERROR, "header_dropped", "name", name);
    return false;
}

static void add_header(struct buf *out, const char *name, const char *value)
{
    if (!header_ok(out, name, value))
        return;
    buf_text(out, name);
    buf_text(out, ": ");
    buf_text(out, value);
    buf_text(out, "\r\n");
}

void http_reply_header(struct http_exchange *exchange, const char *name,
                       const char *value)
{
    add_header(&exchange->connection->headers, name, value);
}

/* All headers but those of the body's length. */
static struct buf *begin_head(struct connection *c, int status,
                              const char *content_type)
{
    struct buf *out = &c->server->out;

    assert(status >= 200 && status <= 599);
    if (c->server->draining)
        c->close = true;
    buf_reset(out);
    buf_text(out, "HTTP/1.1 ");
    add_number(out, (size_t)status);
    buf_char(out, ' ');
    buf_text(out, reason_of(status));
    buf_text(out, "\r\n");
    buf_text(out, date_header(c->server));
    if (content_type)
        add_header(out, "Content-Type", content_type);
    if (c->close)
        buf_text(out, "Connection: close\r\n");
    else if (c->head.minor == 0)
        buf_text(out, "Connection: keep-alive\r\n");
    buf_add(out, buf_str(&c->headers), c->headers.len);
    return out;
}

void http_reply(struct http_exchange *exchange, int status,
                const char *content_type, const void *body, size_t len)
{
    struct connection *c = exchange->connection;
    struct buf *out;

    if (c->phase == PHASE_GONE) {
        connection_release(c);
        return;
    }
    assert(c->phase == PHASE_HANDLER);
    out = begin_head(c, status, content_type);
    if (has_body(status)) {
        buf_text(out, "Content-Length: ");
        add_number(out, len);
        buf_text(out, "\r\n");
    }
    buf_text(out, "\r\n");
    if (c->no_body || !has_body(status))
        len = 0;
    connection_send(c, out, body, len);
    connection_answered(c);
}

void http_stream_begin(struct http_exchange *exchange, int status,
                       const char *content_type)
{
    struct connection *c = exchange->connection;
    struct buf *out;

    if (c->phase == PHASE_GONE)
        return;
    assert(c->phase == PHASE_HANDLER && has_body(status));
    c->chunked = c->head.minor > 0;
    if (!c->chunked)
        c->close = true; /* its end is the end of the answer */
    out = begin_head(c, status, content_type);
    if (c->chunked)
        buf_text(out, "Transfer-Encoding: chunked\r\n");
    buf_text(out, "\r\n");
    connection_phase(c, PHASE_STREAM, 0);
    buf_clear(&c->headers); /* a stream may live long */
    connection_send(c, out, NULL, 0);
}

void http_stream_write(struct http_exchange *exchange, const void *bytes,
                       size_t len)
{
    struct connection *c = exchange->connection;
    struct buf *out;

    if (c->phase == PHASE_GONE || len == 0 || c->no_body)
        return; /* an empty chunk would be the end */
    assert(c->phase == PHASE_STREAM);
    out = &c->server->out;
    buf_reset(out);
    if (!c->chunked) {
        connection_send(c, out, bytes, len);
        return;
    }
    buf_format(out, "%zx\r\n", len);
    if (len <= COPY_MAX) { /* small ones leave in one piece */
        buf_add(out, bytes, len);
    } else {
        connection_send(c, out, bytes, len);
        buf_reset(out);
    }
    buf_text(out, "\r\n");
    connection_send(c, out, NULL, 0);
}

size_t http_stream_unsent(const struct http_exchange *exchange)
{
    return connection_unsent(exchange->connection);
}

void http_stream_end(struct http_exchange *exchange)
{
    struct connection *c = exchange->connection;
    struct buf *out;

    if (c->phase == PHASE_GONE) {
        connection_release(c);
        return;
    }
    assert(c->phase == PHASE_STREAM);
    if (c->chunked && !c->no_body) {
        out = &c->server->out;
        buf_reset(out);
        buf_text(out, "0\r\n\r\n");
        connection_send(c, out, NULL, 0);
    }
    connection_answered(c);
}

void http_on_gone(struct http_exchange *exchange, void (*gone)(void *context),
                  void *context)
{
    struct connection *c = exchange->connection;

    c->gone = gone;
    c->gone_context = context;
    if (gone && (c->eof || c->broken || c->phase == PHASE_GONE))
        connection_wake(c);
}

void http_abort(struct http_exchange *exchange, bool hard)
{
    connection_abort(exchange->connection, hard);
}

void answer_refusal(struct connection *c, int status, const char *why)
{
    /* clang-format off */
    static const struct refusal {
        int status;
        const char *type, *title, *advice;
    } refusals[] = {
        { 400, "bad-request", "The request cannot be read",
          "Send it again as RFC 9112 says; most HTTP libraries do" },
        { 408, "too-slow", "The request took too long",
          "Send it again, all at once" },
        { 413, "too-large", "The request is too large",
          "Shorten it and send it again" },
        { 414, "target-too-long", "The address is too long",
          "Move parameters from the query into the body" },
        { 417, "expectation", "The expectation cannot be met",
          "Send it again without the Expect header" },
        { 431, "head-too-large", "The headers are too large",
          "Send fewer or shorter headers, cookies above all" },
        { 501, "not-implemented", "Not understood here",
          "Use a usual method, and no coding but chunked" },
        { 503, "no-room", "There is no room just now",
          "Try again in a few seconds, on fewer connections" },
        { 505, "http-version", "Another version of HTTP",
          "Use HTTP/1.1" },
    };
    /* clang-format on */
    size_t i = 0;
    char detail[256];
    struct problem problem = {.status = status, .detail = detail};

    while (refusals[i].status != status)
        i++;
    problem.type = refusals[i].type;
    problem.title = refusals[i].title;
    snprintf(detail, sizeof(detail), "%s. %s.", why, refusals[i].advice);
    connection_phase(c, PHASE_HANDLER, 0);
    c->close = true;
    if (status == 503)
        http_reply_header(&c->exchange, "Retry-After", "5");
    problem_reply(&c->exchange, &problem);
}

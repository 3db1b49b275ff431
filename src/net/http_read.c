/*
 * Bytes become requests. See http_connection.h.
 *
 * What was read is moved out of libevent's buffer into one piece of memory of
 * our own, where it stays while a handler looks at it; a request that follows
 * at once waits behind it or in libevent's buffer, which is bounded.
 */
#include "net/http_connection.h"

#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "base/alloc.h"

#include "base/banned.h"

#define IN_FIRST 1024 /* most heads fit */
#define IN_KEEP  4096 /* more is given back while idle */
#define UNSENT_MAX                                                             \
    65536               /* of earlier answers, while more requests are read    \
                         */
#define READ_SIZE 16384 /* raw bytes of a chunked body at a time */

void connection_refuse(struct connection *c, int status, const char *why)
{
    c->linger = true;
    answer_refusal(c, status, why);
}

static void keep_room(struct connection *c, size_t size)
{
    size_t new_size = c->in_size ? c->in_size : IN_FIRST;

    while (new_size < size)
        new_size *= 2;
    if (new_size == c->in_size)
        return;
    c->in = alloc_resize(c->in, new_size, 1);
    c->in_size = new_size;
}

/* Moves up to max bytes of what has arrived behind what is there. */
static size_t pull(struct connection *c, size_t max)
{
    struct evbuffer *input = bufferevent_get_input(c->bev);
    size_t len = evbuffer_get_length(input);

    if (len > max)
        len = max;
    if (len == 0)
        return 0;
    keep_room(c, c->in_len + len + 1); /* one for the NUL behind the body */
    evbuffer_remove(input, c->in + c->in_len, len);
    c->in_len += len;
    return len;
}

/* What the head says of the body, before any of it is read. */
static bool begin_body(struct connection *c)
{
    const struct http_server_options *options = &c->server->options;

    c->close = !c->head.keep_alive;
    c->no_body = c->head.method.len == 4 && memcmp(c->in, "HEAD", 4) == 0;
    c->body_end = c->head.len;
    if (c->head.has_length && c->head.content_length > options->max_body) {
        connection_refuse(c, 413, "The body is too large");
        return true;
    }
    http_chunks_init(&c->chunks, options->max_body);
    c->phase = PHASE_BODY;
    c->phase_until = 0;
    return true;
}

/* These return whether there may be more to do at once. */
static bool read_head(struct connection *c)
{
    const struct http_server_options *options = &c->server->options;

    if (c->in_len < options->max_head)
        pull(c, options->max_head - c->in_len);
    if (c->in_len == 0)
        return false;
    switch (http_parse_head(&c->head, c->in, c->in_len)) {
    case HTTP_PARSED_ALL:
        return begin_body(c);
    case HTTP_PARSED_BAD:
        connection_refuse(c, c->head.status, c->head.why);
        return true;
    default:
        break;
    }
    if (!c->began)
        connection_phase(c, PHASE_HEAD, options->head_timeout_ms);
    c->began = true;
    return false;
}

/* The first time that a body is waited for. */
static void await_body(struct connection *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct buf *out = &c->server->out;

    if (c->phase_until)
        return;
    connection_phase(c, PHASE_BODY, c->server->options.body_timeout_ms);
    if (!c->head.expect_continue)
        return;
    buf_reset(out);
    buf_text(out, go_on);
    connection_send(c, out, NULL, 0);
}

static bool call_handler(struct connection *c)
{
    connection_phase(c, PHASE_HANDLER, 0);
    request_ready(c);
    c->server->handler(c->server->context, &c->exchange);
    return c->phase == PHASE_HEAD;
}

static bool read_plain_body(struct connection *c)
{
    size_t end = c->head.len + (size_t)c->head.content_length;

    if (c->in_len < end)
        pull(c, end - c->in_len);
    if (c->in_len < end) {
        await_body(c);
        return false;
    }
    keep_room(c, end + 1);
    c->body_end = end;
    return call_handler(c);
}

/* The body grows in place, over the framing that was read already. */
static bool read_chunked_body(struct connection *c)
{
    enum http_parsed parsed;
    size_t used, written, left;
    char *raw = c->in + c->body_end;

    parsed = http_chunks_read(&c->chunks, raw, c->in_len - c->body_end, &used,
                              raw, &written);
    left = c->in_len - c->body_end - used;
    if (parsed == HTTP_PARSED_BAD) {
        connection_refuse(c, c->chunks.status, c->chunks.why);
        return true;
    }
    memmove(raw + written, raw + used, left);
    c->body_end += written;
    c->in_len = c->body_end + left;
    if (parsed == HTTP_PARSED_ALL)
        return call_handler(c);
    if (pull(c, READ_SIZE))
        return true;
    await_body(c);
    return false;
}

/* Forgets the request that was answered; the next one moves to the front. */
void connection_recycle(struct connection *c)
{
    size_t left = c->in_len - c->body_end;

    request_clear(c);
    buf_reset(&c->headers);
    c->in[c->body_end] = c->behind;
    memmove(c->in, c->in + c->body_end, left);
    c->in_len = left;
    if (left == 0 && c->in_size > IN_KEEP) {
        free(c->in);
        c->in = NULL;
        c->in_size = 0;
    }
    c->began = c->no_body = false;
    c->gone = NULL;
    http_head_init(&c->head, c->server->options.max_head);
    connection_phase(c, PHASE_HEAD, c->server->options.idle_timeout_ms);
}

bool connection_step(struct connection *c)
{
    switch (c->phase) {
    case PHASE_HEAD:
        return connection_unsent(c) <= UNSENT_MAX && read_head(c);
    case PHASE_BODY:
        return c->head.chunked ? read_chunked_body(c) : read_plain_body(c);
    case PHASE_LINGER:
        evbuffer_drain(bufferevent_get_input(c->bev), SIZE_MAX);
        return false;
    default:
        return false; /* what arrives waits */
    }
}

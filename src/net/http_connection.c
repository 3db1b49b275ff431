/*
 * One connection of the HTTP server: how it begins, how it ends, what is sent,
 * and that every wait has its end. See http_connection.h.
 */
#include "net/http_connection.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "net/tls.h"

#include "base/banned.h"

#define WAITING_MAX   16384 /* bytes of later requests in libevent's buffer */
#define LINGER_MS     2000
#define DRAIN_IDLE_MS 1000  /* for a request that is on its way */
#define HEADERS_MAX   16384 /* of an answer */

/* One timer serves all deadlines. It is only moved to fire earlier; when it
 * fires too early it is started again. So a busy connection never touches it.
 */
static void arm(struct connection *c)
{
    int64_t until = c->phase_until;

    if (c->write_until && (!until || c->write_until < until))
        until = c->write_until;
    if (!until || (c->armed_until && c->armed_until <= until))
        return;
    c->armed_until = until;
    timer_start(c->timer, until - clock_boot_ms());
}

void connection_phase(struct connection *c, enum phase phase, int64_t wait_ms)
{
    c->phase = phase;
    c->phase_until = wait_ms ? clock_boot_ms() + wait_ms : 0;
    arm(c);
}

void connection_wake(struct connection *c)
{
    if (!c->timer)
        return;
    c->armed_until = 1; /* before everything else */
    timer_start(c->timer, 0);
}

size_t connection_unsent(const struct connection *c)
{
    return c->bev ? evbuffer_get_length(bufferevent_get_output(c->bev)) : 0;
}

static void leave_server(struct connection *c)
{
    if (!c->server)
        return;
    if (c->previous)
        c->previous->next = c->next;
    else
        c->server->first = c->next;
    if (c->next)
        c->next->previous = c->previous;
    server_left(c->server);
    c->server = NULL;
}

static void free_connection(struct connection *c)
{
    leave_server(c);
    timer_free(c->timer);
    request_clear(c);
    buf_clear(&c->headers);
    free(c->in);
    free(c);
}

void connection_release(struct connection *c)
{
    c->phase = PHASE_GONE;
    c->gone = NULL;
    if (c->busy)
        c->dead = true;
    else
        free_connection(c);
}

static void close_transport(struct connection *c)
{
    if (!c->bev)
        return;
    tls_goodbye(c->bev);
    bufferevent_free(c->bev);
    c->bev = NULL;
    if (c->place == PLACE_NONE) {
        c->server->refused--;
        return;
    }
    c->server->count--;
    if (c->place == PLACE_OWN)
        peers_remove(c->server->peers, &c->address);
}

/* Whether a handler has a pointer to the exchange. */
static bool is_held(const struct connection *c)
{
    return c->phase == PHASE_HANDLER || c->phase == PHASE_STREAM ||
           c->phase == PHASE_GONE;
}

void connection_end(struct connection *c)
{
    bool held = is_held(c);
    void (*gone)(void *context) = c->gone;

    close_transport(c);
    c->phase = PHASE_GONE;
    c->phase_until = c->write_until = 0;
    if (held && !gone)
        return; /* until the handler answers */
    c->gone = NULL;
    if (held)
        gone(c->gone_context);
    connection_release(c);
}

void connection_abort(struct connection *c, bool hard)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    if (c->bev && hard)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close_transport(c);
    connection_release(c);
}

void connection_detach(struct connection *c)
{
    bool stays = is_held(c) && !c->gone;

    connection_end(c);
    if (!stays)
        return;
    leave_server(c);
    timer_free(c->timer);
    c->timer = NULL;
}

/* Everything is sent and nothing more will be: the end, gently if need be. */
static void say_goodbye(struct connection *c)
{
    if (!c->linger || c->eof) {
        connection_end(c);
        return;
    }
    tls_goodbye(c->bev);
    (void)shutdown(c->fd, SHUT_WR);
    connection_phase(c, PHASE_LINGER, LINGER_MS);
}

/* After this the connection may be gone. */
static void advance(struct connection *c)
{
    c->busy = true;
    while (connection_step(c))
        ;
    c->busy = false;
    if (c->dead)
        free_connection(c);
    else if (c->phase == PHASE_LAST && !connection_unsent(c))
        say_goodbye(c);
    else if (c->eof && !connection_unsent(c) &&
             (c->phase == PHASE_HEAD || c->phase == PHASE_BODY ||
              c->phase == PHASE_LINGER))
        connection_end(c);
}

void connection_answered(struct connection *c)
{
    failpoint_pass("http.replied", NULL);
    c->gone = NULL;
    if (c->close || c->server->draining) {
        c->linger |= c->in_len > c->body_end ||
                     evbuffer_get_length(bufferevent_get_input(c->bev)) > 0;
        connection_phase(c, PHASE_LAST, 0);
    } else {
        connection_recycle(c);
    }
    if (c->busy)
        return; /* advance() goes on */
    if (c->phase == PHASE_LAST || c->eof || c->in_len ||
        evbuffer_get_length(bufferevent_get_input(c->bev)))
        connection_wake(c);
}

static void on_read(struct bufferevent *bev, void *context)
{
    (void)bev;
    advance(context);
}

static void on_written(struct bufferevent *bev, void *context)
{
    struct connection *c = context;

    (void)bev;
    if (connection_unsent(c))
        return;
    c->write_until = 0;
    advance(c);
}

static void on_event(struct bufferevent *bev, short what, void *context)
{
    struct connection *c = context;

    (void)bev;
    if (what & BEV_EVENT_CONNECTED)
        return; /* TLS is agreed on */
    c->eof = true;
    if (what & BEV_EVENT_ERROR || c->gone)
        connection_end(c);
    else
        advance(c); /* half closed: what was asked is still answered */
}

/* The phase's time is over; not that of one who is still taking an answer. */
static void expire(struct connection *c)
{
    if (c->phase == PHASE_HEAD && connection_unsent(c))
        connection_phase(c, PHASE_HEAD, c->server->options.idle_timeout_ms);
    else if (c->phase == PHASE_HEAD && c->in_len)
        connection_refuse(c, 408, "The head of the request took too long");
    else if (c->phase == PHASE_BODY)
        connection_refuse(c, 408, "The body of the request took too long");
    else
        connection_end(c);
}

static void on_timer(void *context)
{
    struct connection *c = context;
    bool woken = c->armed_until == 1;
    int64_t now = clock_boot_ms();

    c->armed_until = 0;
    if (c->phase == PHASE_GONE || c->broken || (c->eof && c->gone) ||
        (c->write_until && now >= c->write_until)) {
        connection_end(c);
        return;
    }
    if (c->phase_until && now >= c->phase_until) {
        expire(c);
        return;
    }
    arm(c);
    if (woken)
        advance(c);
}

/* Straight to the socket, past libevent, while nothing is waiting there. */
static size_t send_now(struct connection *c, const struct buf *head,
                       const void *body, size_t len)
{
    struct msghdr message = {0};
    struct iovec parts[2] = {{head->data, head->len}, {NULL, len}};
    ssize_t sent;

    memcpy(&parts[1].iov_base, &body, sizeof(body)); /* sendmsg only reads */
    message.msg_iov = parts;
    message.msg_iovlen = len ? 2 : 1;
    do
        sent = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return (size_t)sent;
    if (errno == EAGAIN)
        return 0;
    c->broken = true;
    connection_wake(c);
    return head->len + len; /* nobody waits for it */
}

/* All at once, so that TLS makes one record of it. */
static void queue_both(struct evbuffer *output, const struct buf *head,
                       const void *body, size_t len)
{
    struct evbuffer *both = evbuffer_new();

    evbuffer_add(both, head->data, head->len);
    evbuffer_add(both, body, len);
    evbuffer_add_buffer(output, both);
    evbuffer_free(both);
}

void connection_send(struct connection *c, const struct buf *head,
                     const void *body, size_t len)
{
    struct evbuffer *output = bufferevent_get_output(c->bev);
    size_t sent = 0;

    if (c->broken)
        return;
    failpoint_pass("http.reply", NULL);
    if (!c->tls && evbuffer_get_length(output) == 0)
        sent = send_now(c, head, body, len);
    if (sent < head->len && len)
        queue_both(
            output,
            &(struct buf){.data = head->data + sent, .len = head->len - sent},
            body, len);
    else if (sent < head->len)
        evbuffer_add(output, head->data + sent, head->len - sent);
    else if (sent < head->len + len)
        evbuffer_add(output, (const char *)body + (sent - head->len),
                     len - (sent - head->len));
    if (c->write_until || !connection_unsent(c))
        return;
    c->write_until = clock_boot_ms() + c->server->options.write_timeout_ms;
    arm(c);
}

static struct bufferevent *make_transport(struct connection *c)
{
    struct event_base *base = loop_base(c->server->loop);

    if (c->tls)
        return tls_accept(c->server->tls, base, c->fd);
    return bufferevent_socket_new(base, c->fd, BEV_OPT_CLOSE_ON_FREE);
}

void connection_new(struct http_server *server, int fd,
                    const struct address *address, enum connection_place place)
{
    struct connection *c = NEW(struct connection);

    c->exchange.connection = c;
    c->server = server;
    c->fd = fd;
    c->tls = server->tls != NULL;
    c->place = place;
    c->address = *address;
    c->began = true;
    address_format(address, c->peer);
    buf_init(&c->headers, HEADERS_MAX);
    http_head_init(&c->head, server->options.max_head);
    c->timer = timer_new(server->loop, on_timer, c);
    c->next = server->first;
    if (c->next)
        c->next->previous = c;
    server->first = c;

    c->bev = make_transport(c);
    bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
    bufferevent_setwatermark(c->bev, EV_READ, 0, WAITING_MAX);
    connection_phase(c, PHASE_HEAD, server->options.head_timeout_ms);
    bufferevent_enable(c->bev, EV_READ);
    if (place == PLACE_NONE)
        connection_refuse(c, 503, "There are too many connections");
}

void connection_drain(struct connection *c)
{
    if (c->phase != PHASE_HEAD || c->in_len ||
        evbuffer_get_length(bufferevent_get_input(c->bev)))
        return; /* busy: its answer will say that it is the last */
    connection_phase(c, PHASE_HEAD, DRAIN_IDLE_MS);
}

/* An HTTP server by script. See scripted_server.h. */
#include "scripted_server.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

struct peer {
    LIST_ENTRY(peer) link;
    struct scripted_server *server;
    struct bufferevent *link_in;
    bool begun;   /* a request has begun and is not over */
    bool closing; /* once what is written has gone */
};

struct scripted_server {
    struct loop *loop;
    const struct script_step *steps;
    size_t count;
    struct evconnlistener *listener;
    SSL_CTX *tls;
    LIST_HEAD(, peer) peers;
    unsigned connections, open, begun, whole;
    size_t next;
    char *last;
};

static void drop(struct peer *peer, bool reset)
{
    struct linger linger = {1, 0};

    if (reset)
        setsockopt(bufferevent_getfd(peer->link_in), SOL_SOCKET, SO_LINGER,
                   &linger, sizeof(linger));
    peer->server->open--;
    LIST_REMOVE(peer, link);
    bufferevent_free(peer->link_in);
    free(peer);
}

static void answer(struct peer *peer, const char *text)
{
    struct evbuffer *out = bufferevent_get_output(peer->link_in);
    char filler[1024];
    size_t left = 0;

    if (text[0] == '@') {
        char *end;

        left = strtoul(text + 1, &end, 10);
        text = end;
    }
    evbuffer_add(out, text, strlen(text));
    memset(filler, 'x', sizeof(filler));
    for (size_t len; left; left -= len) {
        len = left < sizeof(filler) ? left : sizeof(filler);
        evbuffer_add(out, filler, len);
    }
}

static const struct script_step *step_now(const struct scripted_server *server)
{
    size_t last = server->count - 1;

    return &server->steps[server->next < last ? server->next : last];
}

/* False when the peer is gone. */
static bool play(struct peer *peer)
{
    const struct script_step *step = step_now(peer->server);

    peer->server->next++;
    peer->begun = false;
    if (step->answer && *step->answer)
        answer(peer, step->answer);
    if (step->end == SCRIPT_KEEP)
        return true;
    if (step->end == SCRIPT_CLOSE && step->answer && *step->answer) {
        peer->closing = true;
        return false;
    }
    drop(peer, step->end == SCRIPT_RESET);
    return false;
}

/* The length of the first request if it is whole, else 0. */
static size_t whole_len(struct evbuffer *input)
{
    struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
    char head[4096] = "";
    const char *field;
    size_t len;

    if (end.pos < 0)
        return 0;
    len = (size_t)end.pos + 4;
    evbuffer_copyout(input, head,
                     len < sizeof(head) - 1 ? len : sizeof(head) - 1);
    field = strcasestr(head, "\r\nContent-Length:");
    if (field)
        len += strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
    return evbuffer_get_length(input) >= len ? len : 0;
}

static void take(struct peer *peer, size_t len)
{
    struct scripted_server *server = peer->server;

    free(server->last);
    server->last = NEW_ARRAY(len + 1, char);
    bufferevent_read(peer->link_in, server->last, len);
    server->whole++;
}

static void readable(struct bufferevent *link, void *context)
{
    struct peer *peer = context;
    struct evbuffer *input = bufferevent_get_input(link);
    bool here = !peer->closing;
    size_t len;

    while (here && evbuffer_get_length(input)) {
        peer->server->begun += !peer->begun;
        peer->begun = true;
        len = whole_len(input);
        if (!len && !step_now(peer->server)->early)
            return;
        if (len)
            take(peer, len);
        else
            evbuffer_drain(input, evbuffer_get_length(input));
        here = play(peer);
    }
}

static void written(struct bufferevent *link, void *context)
{
    struct peer *peer = context;

    (void)link;
    if (peer->closing)
        drop(peer, false);
}

static void happened(struct bufferevent *link, short what, void *context)
{
    (void)link;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        drop(context, false);
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd,
                     struct sockaddr *address, int len, void *context)
{
    struct scripted_server *server = context;
    struct event_base *base = loop_base(server->loop);
    struct peer *peer = NEW(struct peer);

    (void)listener;
    (void)address;
    (void)len;
    peer->server = server;
    if (server->tls)
        peer->link_in = bufferevent_openssl_socket_new(
            base, fd, SSL_new(server->tls), BUFFEREVENT_SSL_ACCEPTING,
            BEV_OPT_CLOSE_ON_FREE);
    else
        peer->link_in = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(peer->link_in, readable, written, happened, peer);
    bufferevent_enable(peer->link_in, EV_READ | EV_WRITE);
    LIST_INSERT_HEAD(&server->peers, peer, link);
    server->connections++;
    server->open++;
}

struct scripted_server *scripted_server_new(struct loop *loop,
                                            const struct script_step *steps,
                                            size_t count)
{
    struct scripted_server *server = NEW(struct scripted_server);
    struct sockaddr_in address = {.sin_family = AF_INET};

    server->loop = loop;
    server->steps = steps;
    server->count = count;
    LIST_INIT(&server->peers);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = evconnlistener_new_bind(
        loop_base(loop), accepted, server,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 1024,
        (struct sockaddr *)&address, sizeof(address));
    assert_non_null(server->listener);
    return server;
}

struct scripted_server *
scripted_server_new_tls(struct loop *loop, const struct script_step *steps,
                        size_t count, const char *certificate, const char *key)
{
    struct scripted_server *server = scripted_server_new(loop, steps, count);

    server->tls = SSL_CTX_new(TLS_server_method());
    assert_int_equal(
        SSL_CTX_use_certificate_chain_file(server->tls, certificate), 1);
    assert_int_equal(
        SSL_CTX_use_PrivateKey_file(server->tls, key, SSL_FILETYPE_PEM), 1);
    return server;
}

void scripted_server_free(struct scripted_server *server)
{
    struct peer *peer;

    if (!server)
        return;
    while ((peer = LIST_FIRST(&server->peers)))
        drop(peer, false);
    evconnlistener_free(server->listener);
    SSL_CTX_free(server->tls);
    free(server->last);
    free(server);
}

unsigned scripted_server_port(const struct scripted_server *server)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);

    getsockname(evconnlistener_get_fd(server->listener),
                (struct sockaddr *)&address, &len);
    return ntohs(address.sin_port);
}

unsigned scripted_server_connections(const struct scripted_server *server)
{
    return server->connections;
}

unsigned scripted_server_open(const struct scripted_server *server)
{
    return server->open;
}

unsigned scripted_server_begun(const struct scripted_server *server)
{
    return server->begun;
}

unsigned scripted_server_whole(const struct scripted_server *server)
{
    return server->whole;
}

const char *scripted_server_last(const struct scripted_server *server)
{
    return server->last ? server->last : "";
}

void scripted_server_close_idle(struct scripted_server *server)
{
    struct peer *peer, *next;

    for (peer = LIST_FIRST(&server->peers); peer; peer = next) {
        next = LIST_NEXT(peer, link);
        if (!peer->begun)
            drop(peer, false);
    }
}

/*
 * The HTTP server: where it listens, whom it lets in, and how it stops. See
 * http_server.h.
 */
#include "net/http_server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/listener.h>

#include "base/alloc.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "net/http_connection.h"
#include "net/tls.h"

#include "base/banned.h"

#define BACKLOG        4096
#define REFUSED_MAX    64  /* told so; more are just closed */
#define ACCEPT_WAIT_MS 100 /* when there are no descriptors left */
#define OUT_MAX        65536

void http_server_options_default(struct http_server_options *options)
{
    *options = (struct http_server_options){
        .listen = "127.0.0.1:8080",
        .max_head = 16384,
        .max_body = 65536,
        .max_connections = 10000,
        .head_timeout_ms = 10000,
        .body_timeout_ms = 20000,
        .idle_timeout_ms = 60000,
        .write_timeout_ms = 30000,
    };
}

static void keep_reserve(struct http_server *server)
{
    if (server->reserve < 0)
        server->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static enum connection_place find_place(struct http_server *server,
                                        const struct address *address)
{
    const struct http_server_options *options = &server->options;

    if (server->count >= options->max_connections)
        return PLACE_NONE;
    if (options->spared && options->spared(options->spared_context, address))
        return PLACE_SPARED;
    return peers_add(server->peers, address) ? PLACE_OWN : PLACE_NONE;
}

/* A new connection, and what the caps say to it. */
static void let_in(struct http_server *server, int fd,
                   const struct sockaddr *from)
{
    struct address address;
    enum connection_place place;

    if (failpoint("http.accepted", NULL)) {
        close(fd);
        return;
    }
    if (address_from_socket(from, &address)) {
        place = find_place(server, &address);
        if (place != PLACE_NONE) {
            server->count++;
            connection_new(server, fd, &address, place);
            return;
        }
        if (!server->tls && server->refused < REFUSED_MAX) {
            server->refused++;
            connection_new(server, fd, &address, PLACE_NONE);
            return;
        }
    }
    close(fd);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *from, int len, void *context)
{
    struct http_server *server = context;

    (void)listener;
    (void)len;
    server->paused = false;
    let_in(server, fd, from);
}

/* Without a descriptor to spare there is no connection, only a last word. */
static void turn_away(int listening)
{
    static const char sorry[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                "Retry-After: 5\r\n"
                                "Content-Length: 0\r\n"
                                "Connection: close\r\n\r\n";
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    (void)send(fd, sorry, sizeof(sorry) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

/*
 * No descriptors: the one in reserve lets us take one connection and close it,
 * so that its client knows; then we wait until others have ended.
 */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
    struct http_server *server = context;
    int reason = errno;

    if (!server->paused)
        log_event(LOG_LEVEL_WARN, "accept_paused", "reason", strerror(reason));
    server->paused = true;
    if (server->reserve >= 0 && (reason == EMFILE || reason == ENFILE)) {
        close(server->reserve);
        server->reserve = -1;
        turn_away(evconnlistener_get_fd(listener));
        keep_reserve(server);
    }
    evconnlistener_disable(listener);
    timer_start(server->timer, ACCEPT_WAIT_MS);
}

static void on_timer(void *context)
{
    struct http_server *server = context;
    void (*drained)(void *context) = server->drained;

    if (server->listener) {
        keep_reserve(server);
        evconnlistener_enable(server->listener);
        return;
    }
    if (server->first || !drained)
        return;
    server->drained = NULL;
    drained(server->drained_context);
}

void server_left(struct http_server *server)
{
    if (server->draining && !server->first)
        timer_start(server->timer, 0);
}

static bool set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static bool bind_and_listen(const struct http_server *server, int fd,
                            const struct listen_address *where)
{
    int family = where->address.ss_family;

    return (family != AF_INET6 ||
            set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !where->any)) &&
           set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
           set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
           (!server->options.reuse_port ||
            set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
           bind(fd, (const struct sockaddr *)&where->address, where->len) ==
               0 &&
           listen(fd, BACKLOG) == 0;
}

static int make_socket(const struct http_server *server,
                       const struct listen_address *where)
{
    int fd = socket(where->address.ss_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (bind_and_listen(server, fd, where))
        return fd;
    close(fd);
    return -1;
}

/* "8080" on a machine without IPv6. */
static void use_ipv4(struct listen_address *where)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6;

    memcpy(&in6, &where->address, sizeof(in6));
    in.sin_port = in6.sin6_port;
    memset(where, 0, sizeof(*where));
    memcpy(&where->address, &in, sizeof(in));
    where->len = sizeof(in);
}

static const char *advice_for(int reason)
{
    switch (reason) {
    case EADDRINUSE:
        return "; another program listens there: stop it or choose another "
               "port";
    case EADDRNOTAVAIL:
        return "; this machine does not have that address";
    case EACCES:
        return "; ports below 1024 need the right to use them "
               "(CAP_NET_BIND_SERVICE)";
    default:
        return "";
    }
}

static bool start_listening(struct http_server *server, struct error *err)
{
    struct listen_address where;
    struct sockaddr_in name; /* the port lies alike in both families */
    struct sockaddr_storage bound;
    socklen_t len = sizeof(bound);
    int fd;

    if (!listen_address_parse(server->listen, &where, err))
        return false;
    fd = make_socket(server, &where);
    if (fd < 0 && where.any && errno != EADDRINUSE && errno != EACCES) {
        use_ipv4(&where);
        fd = make_socket(server, &where);
    }
    if (fd < 0)
        return error_set(err, ERROR_UNAVAILABLE, "cannot listen on %s: %s%s",
                         server->listen, strerror(errno), advice_for(errno));
    getsockname(fd, (struct sockaddr *)&bound, &len);
    memcpy(&name, &bound, sizeof(name));
    server->port = ntohs(name.sin_port);
    server->listener = evconnlistener_new(
        loop_base(server->loop), on_accept, server,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    return true;
}

static bool start_tls(struct http_server *server, struct error *err)
{
    if (!server->certificate && !server->key)
        return true;
    if (!server->certificate || !server->key)
        return error_set(err, ERROR_CONFIG,
                         "TLS needs both a certificate and its key");
    server->tls = tls_new(server->certificate, server->key, err);
    return server->tls != NULL;
}

struct http_server *http_server_new(struct loop *loop,
                                    const struct http_server_options *options,
                                    http_handler *handler, void *context,
                                    struct error *err)
{
    struct http_server *server = NEW(struct http_server);

    server->loop = loop;
    server->handler = handler;
    server->context = context;
    server->options = *options;
    server->listen = alloc_text(options->listen);
    server->certificate = alloc_text(options->certificate);
    server->key = alloc_text(options->key);
    server->peers = peers_new(options->max_per_address);
    server->timer = timer_new(loop, on_timer, server);
    server->reserve = -1;
    keep_reserve(server);
    buf_init(&server->out, OUT_MAX);
    if (start_tls(server, err) && start_listening(server, err))
        return server;
    http_server_free(server);
    return NULL;
}

unsigned http_server_port(const struct http_server *server)
{
    return server->port;
}

size_t http_server_connections(const struct http_server *server)
{
    return server->count;
}

bool http_server_reload_tls(struct http_server *server, struct error *err)
{
    return !server->tls ||
           tls_reload(server->tls, server->certificate, server->key, err);
}

/* Those who have connected before we closed the door are let in. */
static void let_in_waiting(struct http_server *server)
{
    int listening = evconnlistener_get_fd(server->listener);
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    int fd;

    for (;;) {
        fd = accept4(listening, (struct sockaddr *)&from, &len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        let_in(server, fd, (struct sockaddr *)&from);
        len = sizeof(from);
    }
}

void http_server_drain(struct http_server *server,
                       void (*drained)(void *context), void *context)
{
    struct connection *next;

    server->drained = drained;
    server->drained_context = context;
    if (server->draining)
        return;
    let_in_waiting(server);
    evconnlistener_free(server->listener);
    server->listener = NULL;
    server->draining = true;
    for (struct connection *c = server->first; c; c = next) {
        next = c->next;
        connection_drain(c);
    }
    server_left(server);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    server->drained = NULL;
    if (server->listener)
        evconnlistener_free(server->listener);
    while (server->first)
        connection_detach(server->first);
    timer_free(server->timer);
    peers_free(server->peers);
    tls_free(server->tls);
    if (server->reserve >= 0)
        close(server->reserve);
    buf_clear(&server->out);
    free(server->listen);
    free(server->certificate);
    free(server->key);
    free(server);
}

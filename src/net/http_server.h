/*
 * An HTTP/1.1 server on libevent's bufferevents, strict (http_parse.h), with
 * total deadlines and caps. A handler is called once a whole request has been
 * read; it answers at once or later.
 */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "net/address.h"
#include "net/loop.h"

struct http_server;
struct http_exchange; /* one request and its answer */

struct http_server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:80", "8080"; borrowed */
    bool reuse_port;    /* several processes on one port */
    const char *certificate, *key; /* PEM files; NULL: plain HTTP; borrowed */
    size_t max_head;               /* bytes; over it 431 */
    size_t max_body;               /* bytes; over it 413, before it is read */
    size_t max_connections;
    size_t max_per_address; /* IPv6 by /64; 0: no limit */
    /* Whose address is nobody's in particular, as a proxy's is: it has no
     * limit of its own. NULL: nobody's. */
    bool (*spared)(void *context, const struct address *address);
    void *spared_context;                                      /* borrowed */
    int64_t head_timeout_ms, body_timeout_ms, idle_timeout_ms; /* totals */
    int64_t write_timeout_ms; /* the whole answer must be taken in this time */
};
void http_server_options_default(struct http_server_options *options);

typedef void http_handler(void *context, struct http_exchange *exchange);

/* Listens; the port may be 0 (see http_server_port). */
struct http_server *http_server_new(struct loop *loop,
                                    const struct http_server_options *options,
                                    http_handler *handler, void *context,
                                    struct error *err);
unsigned http_server_port(const struct http_server *server);

/*
 * Stops accepting. Connections end after their next answer (sent with
 * Connection: close), or after a second of silence: a request that is on its
 * way when we stop is still answered. drained is called once nothing is left.
 */
void http_server_drain(struct http_server *server,
                       void (*drained)(void *context), void *context);
void http_server_free(struct http_server *server);
size_t http_server_connections(const struct http_server *server);

/* Reads the certificate and key files again; on error the old ones stay. */
must_check bool http_server_reload_tls(struct http_server *server,
                                       struct error *err);

/* The request. All texts are borrowed, valid until the answer is given. */
const char *http_method(const struct http_exchange *exchange); /* "POST" */
const char *http_path(const struct http_exchange *exchange); /* raw, no query */
const char *
http_query(const struct http_exchange *exchange); /* raw; "" for none */
/* First of that name; NULL if absent. Repeated ones are joined with ", ". */
const char *http_header(const struct http_exchange *exchange, const char *name);
const char *http_body(const struct http_exchange *exchange); /* ends in NUL */
size_t http_body_len(const struct http_exchange *exchange);
const char *http_peer(const struct http_exchange *exchange); /* "192.0.2.1" */
bool http_is_tls(const struct http_exchange *exchange);

/* One parameter of the query, decoded into out; false when absent or broken. */
must_check bool http_query_value(const struct http_exchange *exchange,
                                 const char *name, struct buf *out);

/* A pointer of the handler's own, and a note when the client leaves early
 * (gone is called at most once, and not after the answer is complete; the
 * exchange must then not be touched any more). */
void http_on_gone(struct http_exchange *exchange, void (*gone)(void *context),
                  void *context);

/*
 * The answer, exactly once per exchange: headers first, then http_reply().
 * Names and values are checked: a control character drops the header (and is
 * a bug, logged). Date, Content-Length and Connection are added. HEAD is
 * answered with the headers of GET and no body.
 */
void http_reply_header(struct http_exchange *exchange, const char *name,
                       const char *value);
void http_reply(struct http_exchange *exchange, int status,
                const char *content_type, const void *body, size_t len);

/* Or in pieces (chunked): begin, any number of writes, end. */
void http_stream_begin(struct http_exchange *exchange, int status,
                       const char *content_type);
void http_stream_write(struct http_exchange *exchange, const void *bytes,
                       size_t len);
size_t http_stream_unsent(const struct http_exchange *exchange); /* bytes */
void http_stream_end(struct http_exchange *exchange);

/* Closes the connection without an answer, now; with a reset when hard. For
 * the sandbox's faults. The exchange is gone after it. */
void http_abort(struct http_exchange *exchange, bool hard);

#endif

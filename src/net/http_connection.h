/*
 * What the files of the HTTP server share; private to net/http_*.c. A
 * connection carries one exchange at a time, so they are one struct, used again
 * for each request.
 *
 *     HEAD -> BODY -> HANDLER -> (STREAM) -> HEAD ...      kept alive
 *                                         -> LAST -> LINGER -> the end
 *
 * Whenever the transport is lost while a handler holds the exchange, the rest
 * stays behind in GONE until the handler answers, unless the handler asked to
 * be told (http_on_gone): then it is told, and all of it ends.
 */
#ifndef NET_HTTP_CONNECTION_H
#define NET_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/address.h"
#include "net/http_chunks.h"
#include "net/http_parse.h"
#include "net/http_server.h"
#include "net/peers.h"

struct bufferevent;
struct evconnlistener;

enum phase {
    PHASE_HEAD,    /* idle, or reading a head */
    PHASE_BODY,    /* reading a body */
    PHASE_HANDLER, /* the handler has the request; nothing is answered yet */
    PHASE_STREAM,  /* the answer has begun, in pieces */
    PHASE_LAST,    /* the last answer is on its way out */
    PHASE_LINGER,  /* it is out; what still comes in is thrown away */
    PHASE_GONE,    /* the transport is closed; the handler does not know */
};

struct joined; /* one header made of several */

struct http_exchange {
    struct connection *connection;
};

/* Among the server's caps. */
enum connection_place {
    PLACE_NONE,   /* there was none: it is told so */
    PLACE_SPARED, /* among its connections */
    PLACE_OWN,    /* likewise, and among those of its address */
};

struct connection {
    struct http_exchange exchange;
    struct http_server *server; /* NULL once the server is freed */
    struct connection *next, *previous;

    struct bufferevent *bev; /* NULL when the transport is closed */
    int fd;
    bool tls;
    enum connection_place place;
    struct address address;
    char peer[ADDRESS_TEXT_SIZE];

    /* Boot clock; 0 for none. See connection_phase(). */
    struct timer *timer;
    int64_t phase_until, write_until, armed_until;

    enum phase phase;
    bool began;   /* the head's first byte is here, its time runs */
    bool busy;    /* advance() is on the stack */
    bool dead;    /* to be freed when it returns */
    bool eof;     /* the client sends no more */
    bool broken;  /* sending failed; to be ended by the loop */
    bool linger;  /* bytes we have not read may be on their way */
    bool close;   /* no further request on this connection */
    bool no_body; /* HEAD: the answer's headers only */
    bool chunked; /* the answer's pieces are chunks */

    /* The request: the head, then the body, then perhaps the next request. */
    char *in; /* owned */
    size_t in_len, in_size;
    size_t body_end;
    char behind; /* what the NUL at body_end stands for */
    struct http_head head;
    struct http_chunks chunks;
    struct joined *joined; /* owned list */

    struct buf headers; /* of the answer: the handler's own */
    void (*gone)(void *context);
    void *gone_context;
};

struct http_server {
    struct loop *loop;
    struct http_server_options options; /* but for its texts: */
    char *listen, *certificate, *key;   /* owned */
    http_handler *handler;
    void *context;

    struct evconnlistener *listener; /* NULL when draining */
    int reserve; /* a descriptor kept for the day there is no other */
    bool paused; /* for want of descriptors */
    struct timer *timer;
    unsigned port;
    struct tls *tls; /* NULL: plain HTTP */

    struct connection *first;
    size_t count;   /* connections that count against the caps */
    size_t refused; /* those being told that there is no room */
    struct peers *peers;

    bool draining;
    void (*drained)(void *context);
    void *drained_context;

    struct buf out; /* for putting together what is sent at once */
    char date[96];  /* the Date header, of this second: */
    int64_t date_second;
};

/* http_connection.c */

/* Takes fd. Without a place among the caps it is told 503. */
void connection_new(struct http_server *server, int fd,
                    const struct address *address, enum connection_place place);

/* Closes the transport. Whoever holds the exchange is told, or finds out. */
void connection_end(struct connection *c);
void connection_drain(struct connection *c);

/* The server is being freed: the loop may go next. */
void connection_detach(struct connection *c);

/* Sends both texts as one, at once if possible. */
void connection_send(struct connection *c, const struct buf *head,
                     const void *body, size_t len);

/* Bytes that the client has not taken yet. */
size_t connection_unsent(const struct connection *c);

/* The answer is complete: on to the next request, or to the end. */
void connection_answered(struct connection *c);

/* Back to the loop, then on: what cannot be done inside a handler's call. */
void connection_wake(struct connection *c);

/* The handler lets go of an exchange whose transport is closed. */
void connection_release(struct connection *c);
void connection_abort(struct connection *c, bool hard);

/* What is waited for now, and how long; 0: for ever. */
void connection_phase(struct connection *c, enum phase phase, int64_t wait_ms);

/* http_read.c: reads as far as it can at once; true: call again. */
bool connection_step(struct connection *c);
/* The request was answered: make room for the next one. */
void connection_recycle(struct connection *c);
/* The server itself answers, and the connection ends. */
void connection_refuse(struct connection *c, int status, const char *why);

/* http_request.c: the request is whole, make texts of its parts. */
void request_ready(struct connection *c);
void request_clear(struct connection *c);

/* http_answer.c: a problem from the server itself. */
void answer_refusal(struct connection *c, int status, const char *why);

/* http_server.c */
void server_left(struct http_server *server);

#endif

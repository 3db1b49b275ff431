/*
 * What the http_client*.c files share.
 *
 *   http_client.c         calls: begun, ended, given up; what their fate is
 *   http_client_request.c a request, as libcurl's options
 *   http_client_answer.c  what comes back, within limits
 *   http_client_guard.c   where a call may go, and that it goes once
 *   http_client_watch.c   libcurl's sockets on the loop
 */
#ifndef NET_HTTP_CLIENT_PRIVATE_H
#define NET_HTTP_CLIENT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/http_message.h"
#include "net/deadlines.h"
#include "net/http_client.h"
#include "net/loop.h"

struct http_call {
    struct deadline deadline; /* first, so that one leads to the other */
    TAILQ_ENTRY(http_call) link;
    struct http_client *client;
    CURL *easy; /* owned; kept from call to call, with its standing options */
    http_answered *answered;
    void *context;
    int64_t started_at;
    int64_t not_after_at; /* boot clock, ms; 0: no limit */

    /* The request, as far as libcurl does not copy it. */
    struct curl_slist *headers; /* owned */
    char *body;                 /* owned; a copy */
    size_t body_len, body_at;   /* how much libcurl has taken */
    char *ca;                   /* owned; as set in easy */
    char *networks;             /* owned; NULL unless public_only */
    bool once, public_only, https;

    /* What is known of it. */
    bool flying;    /* in libcurl's hands; false: refused before */
    bool asked;     /* the request may have begun to leave */
    bool repeating; /* libcurl was about to send it once more: stopped */
    char fault[CURL_ERROR_SIZE]; /* libcurl's words */
    char blocked[128];           /* why an address was refused, or "" */

    /* The answer so far. */
    struct http_response response;
    struct buf body_in;
    size_t head_len;
    bool head_whole, head_too_large;
};
TAILQ_HEAD(http_calls, http_call);

struct watches;

struct http_client {
    struct loop *loop; /* borrowed */
    CURLM *multi;
    struct watches *watches;
    struct timer *timer;  /* libcurl's */
    struct timer *expiry; /* no later than the first deadline */
    int64_t expiry_at;    /* INT64_MAX: not running */
    struct timer *soon;   /* tells of calls refused inside send */
    struct deadlines deadlines;
    struct http_calls calls, refused, idle; /* idle: kept for the next ones */
    size_t active, idle_count;
    char *system_ca; /* owned; what libcurl trusts by itself; may be NULL */
    unsigned depth;  /* callbacks of ours under way */
    bool closing;
};

/* http_client.c. Every callback of the loop begins and ends with these, so that
 * http_client_free() may be called from anything that is told inside. */
void http_client_enter(struct http_client *client);
void http_client_leave(struct http_client *client);
void http_client_take_finished(struct http_client *client);

/* http_client_request.c */
void http_call_prepare(struct http_call *call); /* the standing options */
/* A process that was stopped may wake up in the middle of sending. */
bool http_call_too_late(const struct http_call *call);
/* Why it cannot be sent, as static text, or NULL. */
const char *http_call_request(struct http_call *call,
                              const struct http_request *request);

/* http_client_answer.c; as libcurl's callbacks, with the call as context. */
size_t http_answer_header(char *line, size_t size, size_t count, void *context);
size_t http_answer_body(char *bytes, size_t size, size_t count, void *context);
void http_answer_clear(struct http_call *call);

/* http_client_guard.c; likewise. */
curl_socket_t http_guard_open(void *context, curlsocktype purpose,
                              struct curl_sockaddr *where);
int http_guard_begin(void *context, char *their_ip, char *our_ip,
                     int their_port, int our_port);

/* http_client_watch.c */
struct watches *watches_new(struct http_client *client);
void watches_free(struct watches *watches);
void watches_opened(struct watches *watches, int fd);
int watches_close(void *context, curl_socket_t fd); /* context: watches */
int watches_changed(CURL *easy, curl_socket_t fd, int what, void *context,
                    void *unused);

#endif

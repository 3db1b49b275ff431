/*
 * An HTTP request to be sent and what became of it, as plain values: what the
 * stages make and read, and net/http_client carries. No I/O here.
 */
#ifndef BASE_HTTP_MESSAGE_H
#define BASE_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_header {
    char *name;  /* owned */
    char *value; /* owned; wiped when cleared, it may be a credential */
};

struct http_headers {
    struct http_header *list; /* owned */
    size_t count;
};

struct http_request {
    const char *method; /* static text: "GET", "POST", "PUT", "DELETE" */
    char *url;          /* owned; absolute */
    struct http_headers headers;
    char *body; /* owned; NULL for none */
    size_t body_len;
    int64_t timeout_ms;   /* for the whole exchange, name look-up included */
    int64_t not_after_at; /* boot clock, ms: the request does not begin to leave
                             after it, even if the process was stopped; 0: no
                             limit */
    size_t max_answer;    /* bytes of body kept; a longer one is cut: see cut */
    bool once;            /* must never leave twice: not even libcurl resends */
    bool public_only;     /* refuse private, loopback, link-local addresses */
    const char *networks; /* borrowed; "10.0.0.0/8,..." allowed all the same */
    const char *ca;       /* borrowed; file of trusted authorities, or NULL */
};

/* What is known of a request that was to be sent. */
enum http_fate {
    HTTP_ANSWERED, /* status and headers were read, and the body to its end */
    HTTP_NOT_SENT, /* nothing can have reached the other side */
    HTTP_LOST,     /* it may have arrived; no whole answer was read */
};

struct http_response {
    enum http_fate fate;
    int status; /* also set for HTTP_LOST when only the body broke off; else 0
                 */
    struct http_headers headers;
    char *body; /* owned; ends in NUL, never NULL */
    size_t body_len;
    bool cut;      /* the body was longer than max_answer */
    char why[160]; /* in words, for HTTP_NOT_SENT and HTTP_LOST */
    int64_t took_ms;
};

void http_request_clear(struct http_request *request);
void http_response_clear(struct http_response *response);

void http_headers_add(struct http_headers *headers, const char *name,
                      const char *value);
void http_headers_clear(struct http_headers *headers);

/* The first of that name, case ignored; NULL when there is none. Borrowed. */
const char *http_headers_find(const struct http_headers *headers,
                              const char *name);

/*
 * Retry-After as ms from now (wall clock): seconds or an HTTP date, clamped to
 * 0..1 day. -1 when there is none or it cannot be read.
 */
int64_t http_retry_after_ms(const struct http_headers *headers, int64_t now);

#endif

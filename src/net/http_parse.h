/*
 * The head of an HTTP/1.1 request, read as RFC 9112 says and with every
 * leniency off: what two parsers might understand in two ways is refused. Pure:
 * bytes in, a struct of offsets out.
 */
#ifndef NET_HTTP_PARSE_H
#define NET_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_FIELDS_MAX 64
#define HTTP_METHOD_MAX 32
#define HTTP_TARGET_MAX 8000

enum http_parsed {
    HTTP_PARSED_MORE, /* so far so good; call again with more bytes */
    HTTP_PARSED_ALL,
    HTTP_PARSED_BAD, /* status and why say what to answer */
};

/* Offsets, since the bytes may move while more of them arrive. */
struct http_span {
    uint32_t at, len;
};

struct http_field {
    struct http_span name, value; /* without the white space around it */
};

struct http_head {
    /* Valid once all is read. Behind each of these spans and those of the
     * fields lies a separator, where a NUL may be written. */
    struct http_span method, path, query;
    size_t len; /* of the head, its blank line included */
    uint64_t content_length;
    unsigned minor; /* HTTP/1.minor: 0 or 1 */
    bool keep_alive;
    bool chunked;         /* never together with has_length */
    bool has_length;      /* content_length was given */
    bool expect_continue; /* waits for 100 before it sends the body */
    bool obs_text;        /* a value has bytes beyond ASCII */

    /* Valid when bad. */
    int status;
    const char *why; /* static; a sentence without its full stop */

    /* How far we are; private. */
    size_t max, scanned, line_at;
    unsigned hosts, transfer_encodings;
    bool close, keep;

    size_t field_count;
    struct http_field fields[HTTP_FIELDS_MAX]; /* last: not cleared */
};

/* max: bytes a head may have, its blank line included. */
void http_head_init(struct http_head *head, size_t max);

/*
 * Reads on in bytes, which begin with the same len bytes as the last time, or
 * more. Every byte is looked at once, however they arrive, and the answer does
 * not depend on how they were cut. Not to be called again once all is read or
 * bad.
 */
enum http_parsed http_parse_head(struct http_head *head, const char *bytes,
                                 size_t len);

/* RFC 9110's token characters: names of methods and fields. */
bool http_is_token(const char *text, size_t len);

/* Whether a value may stand in a header that we send: no control characters. */
bool http_is_value(const char *text, size_t len);

#endif

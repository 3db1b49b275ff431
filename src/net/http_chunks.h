/*
 * The chunked coding of a request's body, read strictly: no extension or
 * trailer means anything here, so they are checked, bounded and dropped. Pure.
 */
#ifndef NET_HTTP_CHUNKS_H
#define NET_HTTP_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#include "net/http_parse.h"

#define HTTP_CHUNK_DIGITS_MAX 8    /* of a chunk's size */
#define HTTP_CHUNK_EXTRA_MAX  2048 /* extensions and trailers of one body */

struct http_chunks {
    size_t body_len; /* bytes of body so far */

    /* Valid when bad. */
    int status;
    const char *why; /* static; a sentence without its full stop */

    /* How far we are; private. */
    int state;
    unsigned digits;
    uint32_t left; /* bytes of this chunk still to come */
    size_t extra, max;
};

void http_chunks_init(struct http_chunks *chunks, size_t max_body);

/*
 * Reads raw bytes and writes the body's to out, which may be the same memory or
 * lie before it. *used says how many raw bytes were read: all of them, unless
 * the body ended (what follows belongs to the next request) or is bad.
 * *written says how many bytes of body came of them, never more than *used.
 */
enum http_parsed http_chunks_read(struct http_chunks *chunks, const char *raw,
                                  size_t len, size_t *used, char *out,
                                  size_t *written);

#endif

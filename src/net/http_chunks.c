/* The chunked coding, octet by octet. See http_chunks.h. */
#include "net/http_chunks.h"

#include <string.h>

#include "base/text.h"

#include "base/banned.h"

/* What the next octet should be. */
enum {
    SIZE,      /* a digit of a chunk's size, or what ends it */
    EXTENSION, /* the first octet after ';' */
    EXTENSION_MORE,
    SIZE_LF, /* the LF after a chunk's size */
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER, /* the first octet of a trailer, or the end */
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    DONE,
};

void http_chunks_init(struct http_chunks *chunks, size_t max_body)
{
    memset(chunks, 0, sizeof(*chunks));
    chunks->state = SIZE;
    chunks->max = max_body;
}

static bool bad(struct http_chunks *chunks, int status, const char *why)
{
    chunks->status = status;
    chunks->why = why;
    return false;
}

static bool go(struct http_chunks *chunks, int state)
{
    chunks->state = state;
    return true;
}

static bool read_size(struct http_chunks *chunks, char c)
{
    int value = text_hex_value(c);

    if (value >= 0) {
        if (++chunks->digits > HTTP_CHUNK_DIGITS_MAX)
            return bad(chunks, 400, "A chunk's size has too many digits");
        chunks->left = chunks->left << 4 | (uint32_t)value;
        return true;
    }
    if (chunks->digits == 0 || (c != '\r' && c != ';'))
        return bad(chunks, 400, "A chunk's size must be hexadecimal digits");
    if (chunks->left > chunks->max - chunks->body_len)
        return bad(chunks, 413, "The body is too large");
    return go(chunks, c == ';' ? EXTENSION : SIZE_LF);
}

static bool read_extension(struct http_chunks *chunks, char c)
{
    bool first = chunks->state == EXTENSION;

    if (first ? !http_is_token(&c, 1) : !http_is_value(&c, 1) && c != '\r')
        return bad(chunks, 400, "A chunk's extension cannot be read");
    return go(chunks, c == '\r' ? SIZE_LF : EXTENSION_MORE);
}

/* The LF that ends a chunk's size: data follows, or, after 0, the trailers. */
static bool begin_chunk(struct http_chunks *chunks)
{
    chunks->digits = 0;
    return go(chunks, chunks->left ? DATA : TRAILER);
}

static bool read_trailer(struct http_chunks *chunks, char c)
{
    if (chunks->state == TRAILER && c == '\r')
        return go(chunks, END_LF);
    if (chunks->state == TRAILER_NAME && c == ':')
        return go(chunks, TRAILER_VALUE);
    if (chunks->state != TRAILER_VALUE)
        return http_is_token(&c, 1)
                   ? go(chunks, TRAILER_NAME)
                   : bad(chunks, 400, "A trailer's name cannot be read");
    if (c == '\r')
        return go(chunks, TRAILER_LF);
    if (c != '\t' && !http_is_value(&c, 1))
        return bad(chunks, 400, "A trailer has a control character");
    return true;
}

static bool expect(struct http_chunks *chunks, char c, char wanted, int state)
{
    if (c != wanted)
        return bad(chunks, 400,
                   "A chunk must end in carriage return, line feed");
    return go(chunks, state);
}

/* One octet of what is not data. */
static bool read_octet(struct http_chunks *chunks, char c)
{
    switch (chunks->state) {
    case SIZE:
        return read_size(chunks, c);
    case SIZE_LF:
        return expect(chunks, c, '\n', SIZE_LF) && begin_chunk(chunks);
    case DATA_CR:
        return expect(chunks, c, '\r', DATA_LF);
    case DATA_LF:
        return expect(chunks, c, '\n', SIZE);
    case TRAILER_LF:
        return expect(chunks, c, '\n', TRAILER);
    case END_LF:
        return expect(chunks, c, '\n', DONE);
    default:
        break;
    }
    if (++chunks->extra > HTTP_CHUNK_EXTRA_MAX)
        return bad(chunks, 431, "Extensions and trailers are too large");
    if (chunks->state == EXTENSION || chunks->state == EXTENSION_MORE)
        return read_extension(chunks, c);
    return read_trailer(chunks, c);
}

/* As much data as there is of this chunk. */
static size_t move_data(struct http_chunks *chunks, const char *raw, size_t len,
                        char *out)
{
    size_t count = len < chunks->left ? len : chunks->left;

    memmove(out, raw, count);
    chunks->left -= (uint32_t)count;
    chunks->body_len += count;
    if (chunks->left == 0)
        chunks->state = DATA_CR;
    return count;
}

enum http_parsed http_chunks_read(struct http_chunks *chunks, const char *raw,
                                  size_t len, size_t *used, char *out,
                                  size_t *written)
{
    size_t at = 0, put = 0;
    bool ok = true;

    while (ok && at < len && chunks->state != DONE) {
        if (chunks->state == DATA) {
            size_t count = move_data(chunks, raw + at, len - at, out + put);

            at += count;
            put += count;
        } else {
            ok = read_octet(chunks, raw[at++]);
        }
    }
    *used = at;
    *written = put;
    if (!ok)
        return HTTP_PARSED_BAD;
    return chunks->state == DONE ? HTTP_PARSED_ALL : HTTP_PARSED_MORE;
}

/* What comes back, kept within limits. See http_client.h. */
#include "net/http_client_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define HEAD_MAX    ((size_t)64 * 1024)
#define HEADERS_MAX 100

/* A body buffer larger than this is not kept for the next call. */
#define KEPT_BODY ((size_t)64 * 1024)

static void start_head(struct http_call *call)
{
    http_headers_clear(&call->response.headers);
    call->head_whole = false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Lines that are no header, or have control characters, are left out. */
static void add_header(struct http_call *call, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    const char *value, *end = line + len;
    char *name_text, *value_text;

    if (!colon || colon == line)
        return;
    value = colon + 1;
    while (value < end && is_space(*value))
        value++;
    while (end > value && is_space(end[-1]))
        end--;
    name_text = alloc_text_n(line, (size_t)(colon - line));
    value_text = alloc_text_n(value, (size_t)(end - value));
    if (strlen(value_text) == (size_t)(end - value) &&
        text_clean(name_text, (size_t)(colon - line)))
        http_headers_add(&call->response.headers, name_text, value_text);
    free(name_text);
    free(value_text);
}

static size_t refuse_head(struct http_call *call)
{
    call->head_too_large = true;
    return 0;
}

/*
 * One line at a time, the empty one last. A second status line begins again:
 * what came before was 1xx. What follows the body are trailers: not wanted.
 */
size_t http_answer_header(char *line, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    size_t len = size * count;

    call->head_len += len;
    if (call->head_len > HEAD_MAX)
        return refuse_head(call);
    if (len >= 5 && !memcmp(line, "HTTP/", 5))
        start_head(call);
    else if (call->head_whole)
        return len;
    else if (line[0] == '\r' || line[0] == '\n')
        call->head_whole = true;
    else if (call->response.headers.count >= HEADERS_MAX)
        return refuse_head(call);
    else
        add_header(call, line, len);
    return len;
}

size_t http_answer_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    struct buf *body = &call->body_in;
    size_t len = size * count;
    size_t room = body->limit - body->len;

    buf_add(body, bytes, len < room ? len : room);
    if (len <= room)
        return len;
    call->response.cut = true;
    return 0;
}

void http_answer_clear(struct http_call *call)
{
    call->response.body = NULL; /* it was body_in's */
    http_response_clear(&call->response);
    if (call->body_in.size > KEPT_BODY)
        buf_clear(&call->body_in);
    buf_reset(&call->body_in);
    call->head_len = 0;
    call->head_whole = call->head_too_large = false;
}

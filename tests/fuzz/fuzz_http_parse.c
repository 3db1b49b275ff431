/*
 * The head of a request and a chunked body behind it. How the bytes are cut
 * must not change what is read, and no part may hold what separates parts.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/http_chunks.h"
#include "net/http_parse.h"

#include "base/banned.h"

#define MAX_HEAD 4096
#define MAX_BODY 4096

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Fed so many bytes more at a time. */
static enum http_parsed read_head(struct http_head *head, const char *bytes,
                                  size_t len, size_t step)
{
    enum http_parsed parsed = HTTP_PARSED_MORE;

    http_head_init(head, MAX_HEAD);
    for (size_t end = 0; parsed == HTTP_PARSED_MORE && end < len;) {
        end = step < len - end ? end + step : len;
        parsed = http_parse_head(head, bytes, end);
    }
    return parsed;
}

static void check_span(const char *bytes, size_t len, struct http_span span)
{
    demand(span.at < len && span.len < len - span.at); /* room for a NUL */
    for (size_t i = 0; i < span.len; i++)
        demand(bytes[span.at + i] != '\r' && bytes[span.at + i] != '\n' &&
               bytes[span.at + i] != '\0');
}

static void check_head(const struct http_head *head, const char *bytes)
{
    demand(head->len >= strlen("A / HTTP/1.0\r\n\r\n"));
    demand(memcmp(bytes + head->len - 4, "\r\n\r\n", 4) == 0);
    demand(!head->chunked || !head->has_length);
    demand(head->field_count <= HTTP_FIELDS_MAX);
    check_span(bytes, head->len, head->method);
    check_span(bytes, head->len, head->path);
    check_span(bytes, head->len, head->query);
    for (size_t i = 0; i < head->field_count; i++) {
        check_span(bytes, head->len, head->fields[i].name);
        check_span(bytes, head->len, head->fields[i].value);
        demand(head->fields[i].name.len > 0);
    }
}

struct body {
    enum http_parsed parsed;
    int status;
    size_t used, len;
    char *bytes; /* owned */
};

/* In place, as the server does it. */
static struct body read_body(const char *raw, size_t len, size_t step)
{
    struct body body = {.bytes = malloc(len + 1)};
    struct http_chunks chunks;

    demand(body.bytes != NULL);
    memcpy(body.bytes, raw, len);
    http_chunks_init(&chunks, MAX_BODY);
    for (size_t end = 0; body.parsed == HTTP_PARSED_MORE && end < len;) {
        size_t used, written;

        end = step < len - end ? end + step : len;
        body.parsed =
            http_chunks_read(&chunks, body.bytes + body.used, end - body.used,
                             &used, body.bytes + body.len, &written);
        demand(written <= used && used <= end - body.used);
        body.used += used;
        body.len += written;
    }
    body.status = chunks.status;
    demand(body.len <= MAX_BODY && body.len == chunks.body_len);
    return body;
}

static void check_body(const char *raw, size_t len, size_t step)
{
    struct body whole = read_body(raw, len, len);
    struct body cut = read_body(raw, len, step);

    demand(whole.parsed == cut.parsed && whole.status == cut.status);
    demand(whole.used == cut.used && whole.len == cut.len);
    demand(memcmp(whole.bytes, cut.bytes, whole.len) == 0);
    free(whole.bytes);
    free(cut.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    size_t step = size ? 1 + data[size - 1] % 16 : 1;
    static struct http_head whole, cut;
    enum http_parsed parsed = read_head(&whole, bytes, size, size);

    demand(parsed == read_head(&cut, bytes, size, step));
    demand(whole.len == cut.len && whole.status == cut.status);
    demand((parsed == HTTP_PARSED_BAD) == (whole.why != NULL));
    if (parsed != HTTP_PARSED_ALL) {
        check_body(bytes, size, step);
        return 0;
    }
    check_head(&whole, bytes);
    demand(memcmp(whole.fields, cut.fields,
                  whole.field_count * sizeof(whole.fields[0])) == 0);
    check_body(bytes + whole.len, size - whole.len, step);
    return 0;
}

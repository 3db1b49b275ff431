/* What a handler can ask of a request. See http_server.h. */
#include "net/http_server.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/failpoint.h"
#include "base/text.h"
#include "net/http_connection.h"

#include "base/banned.h"

#define JOINED_MAX 65536 /* the head's own limit is far below */

/* Made when first asked for, so that what is not asked for costs nothing. */
struct joined {
    struct joined *next;
    char *name, *value; /* owned */
};

/* Each span lies before a separator that is not needed any more. */
static void end_text(struct connection *c, struct http_span span)
{
    c->in[span.at + span.len] = '\0';
}

void request_ready(struct connection *c)
{
    end_text(c, c->head.method);
    end_text(c, c->head.path);
    end_text(c, c->head.query);
    for (size_t i = 0; i < c->head.field_count; i++) {
        end_text(c, c->head.fields[i].name);
        end_text(c, c->head.fields[i].value);
    }
    c->behind = c->in[c->body_end];
    c->in[c->body_end] = '\0';
    failpoint_pass("http.request", NULL);
}

void request_clear(struct connection *c)
{
    while (c->joined) {
        struct joined *joined = c->joined;

        c->joined = joined->next;
        free(joined->name);
        free(joined->value);
        free(joined);
    }
}

const char *http_method(const struct http_exchange *exchange)
{
    const struct connection *c = exchange->connection;

    return c->in + c->head.method.at;
}

const char *http_path(const struct http_exchange *exchange)
{
    const struct connection *c = exchange->connection;

    return c->in + c->head.path.at;
}

const char *http_query(const struct http_exchange *exchange)
{
    const struct connection *c = exchange->connection;

    return c->in + c->head.query.at;
}

const char *http_body(const struct http_exchange *exchange)
{
    const struct connection *c = exchange->connection;

    return c->in + c->head.len;
}

size_t http_body_len(const struct http_exchange *exchange)
{
    const struct connection *c = exchange->connection;

    return c->body_end - c->head.len;
}

const char *http_peer(const struct http_exchange *exchange)
{
    return exchange->connection->peer;
}

bool http_is_tls(const struct http_exchange *exchange)
{
    return exchange->connection->tls;
}

/* The next field of that name from index on; field_count when there is none. */
static size_t next_field(const struct connection *c, const char *name,
                         size_t index)
{
    size_t len = strlen(name);

    for (; index < c->head.field_count; index++)
        if (c->head.fields[index].name.len == len &&
            text_equal_nocase(c->in + c->head.fields[index].name.at, name))
            break;
    return index;
}

static const char *join(struct connection *c, const char *name, size_t index)
{
    struct joined *joined;
    struct buf value;

    for (joined = c->joined; joined; joined = joined->next)
        if (text_equal_nocase(joined->name, name))
            return joined->value;
    buf_init(&value, JOINED_MAX);
    while (index < c->head.field_count) {
        if (value.len)
            buf_text(&value, ", ");
        buf_text(&value, c->in + c->head.fields[index].value.at);
        index = next_field(c, name, index + 1);
    }
    joined = NEW(struct joined);
    joined->name = alloc_text(name);
    joined->value = buf_take(&value);
    joined->next = c->joined;
    c->joined = joined;
    return joined->value;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
    struct connection *c = exchange->connection;
    size_t index = next_field(c, name, 0);

    if (index == c->head.field_count)
        return NULL;
    if (next_field(c, name, index + 1) < c->head.field_count)
        return join(c, name, index);
    return c->in + c->head.fields[index].value.at;
}

/* Whether "name" or "name=..." is called name once decoded. */
static bool is_called(const char *text, size_t len, const char *name)
{
    struct buf decoded;
    bool same;

    buf_init(&decoded, len);
    same = text_percent_decode(text, len, true, &decoded) && buf_ok(&decoded) &&
           strcmp(buf_str(&decoded), name) == 0;
    buf_clear(&decoded);
    return same;
}

bool http_query_value(const struct http_exchange *exchange, const char *name,
                      struct buf *out)
{
    const char *pair = http_query(exchange);

    while (*pair) {
        size_t len = strcspn(pair, "&");
        const char *equals = memchr(pair, '=', len);
        size_t name_len = equals ? (size_t)(equals - pair) : len;

        if (is_called(pair, name_len, name))
            return text_percent_decode(pair + name_len + (equals ? 1 : 0),
                                       len - name_len - (equals ? 1 : 0), true,
                                       out) &&
                   buf_ok(out);
        pair += len + (pair[len] == '&');
    }
    return false;
}

/* Requests to the Chats API. See chat_request.h. */
#include "chat/chat_request.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "chat/chat_reader.h"

#include "base/banned.h"

#define URL_MAX ((size_t)64 * 1024)

/*
 * How much of an answer is kept: a chat comes back with the message we sent,
 * fifty of them with fifty.
 */
#define ONE_CHAT_MAX  ((size_t)512 * 1024)
#define MANY_CHAT_MAX ((size_t)4 * 1024 * 1024)
#define EXPORT_MAX    ((size_t)64 * 1024 * 1024)

static void url_begin(struct buf *url, const struct chat_endpoint *endpoint)
{
    buf_init(url, URL_MAX);
    buf_text(url, endpoint->base_url);
    buf_text(url, "/api/v2/chat/chats");
}

static void authorize(struct http_request *request, const struct secret *token)
{
    char *value;

    if (!token || !secret_present(token))
        return;
    value = alloc_format("Bearer %s", token->bytes);
    http_headers_add(&request->headers, "Authorization", value);
    crypto_wipe(value, strlen(value));
    free(value);
}

/* Takes the URL. */
static void fill(struct http_request *request,
                 const struct chat_endpoint *endpoint, const char *method,
                 struct buf *url)
{
    assert(buf_ok(url));
    memset(request, 0, sizeof(*request));
    request->method = method;
    request->url = buf_take(url);
    request->timeout_ms = endpoint->timeout_ms;
    request->ca = endpoint->ca;
    request->max_answer = ONE_CHAT_MAX;
    authorize(request, endpoint->token);
    http_headers_add(&request->headers, "Accept", "application/json");
    http_headers_add(&request->headers, "User-Agent",
                     "afterhours/" AFTERHOURS_VERSION);
}

static void give_body(struct http_request *request, const char *body)
{
    http_headers_add(&request->headers, "Content-Type", "application/json");
    request->body = alloc_text(body);
    request->body_len = strlen(body);
}

void chat_request_create(struct http_request *request,
                         const struct chat_endpoint *endpoint, const char *body)
{
    struct buf url;

    url_begin(&url, endpoint);
    fill(request, endpoint, "POST", &url);
    give_body(request, body);
    request->once = true;
}

void chat_request_search(struct http_request *request,
                         const struct chat_endpoint *endpoint,
                         const char *query, unsigned page)
{
    struct buf url;

    url_begin(&url, endpoint);
    buf_text(&url, "/search?q=");
    text_percent(&url, query);
    if (page > 1)
        buf_format(&url, "&page=%u", page);
    fill(request, endpoint, "GET", &url);
}

static void add_ids(struct buf *url, const char *const *ids, size_t count)
{
    assert(count <= CHAT_IDS_MAX);
    buf_text(url, "?ids=");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(url, ',');
        text_percent(url, ids[i]);
    }
}

void chat_request_ids(struct http_request *request,
                      const struct chat_endpoint *endpoint,
                      const char *const *ids, size_t count)
{
    struct buf url;

    url_begin(&url, endpoint);
    add_ids(&url, ids, count);
    fill(request, endpoint, "GET", &url);
    request->max_answer = MANY_CHAT_MAX;
}

static void fill_one(struct http_request *request,
                     const struct chat_endpoint *endpoint, const char *method,
                     const char *id)
{
    struct buf url;

    url_begin(&url, endpoint);
    buf_char(&url, '/');
    text_percent(&url, id);
    fill(request, endpoint, method, &url);
}

void chat_request_show(struct http_request *request,
                       const struct chat_endpoint *endpoint, const char *id)
{
    fill_one(request, endpoint, "GET", id);
}

void chat_request_list(struct http_request *request,
                       const struct chat_endpoint *endpoint,
                       const struct chat_next *next)
{
    struct buf url;

    url_begin(&url, endpoint);
    if (next) {
        buf_text(&url, next->kind == CHAT_NEXT_PAGE ? "?page=" : "?cursor=");
        text_percent(&url, next->value);
    }
    fill(request, endpoint, "GET", &url);
    request->max_answer = MANY_CHAT_MAX;
}

void chat_request_update(struct http_request *request,
                         const struct chat_endpoint *endpoint, const char *id,
                         const char *body)
{
    fill_one(request, endpoint, "PUT", id);
    give_body(request, body);
}

void chat_request_delete(struct http_request *request,
                         const struct chat_endpoint *endpoint, const char *id)
{
    fill_one(request, endpoint, "DELETE", id);
}

void chat_request_delete_ids(struct http_request *request,
                             const struct chat_endpoint *endpoint,
                             const char *const *ids, size_t count)
{
    struct buf url;

    url_begin(&url, endpoint);
    add_ids(&url, ids, count);
    fill(request, endpoint, "DELETE", &url);
}

void chat_request_changes(struct http_request *request,
                          const struct chat_endpoint *endpoint,
                          const struct chat_position *from, const char *fields,
                          unsigned limit)
{
    struct buf url;

    assert(limit >= 1 && limit <= CHAT_CHANGES_MAX);
    buf_init(&url, URL_MAX);
    buf_format(&url, "%s/api/v2/chat/incremental/chats?start_time=%" PRId64,
               endpoint->base_url, from->start_time);
    if (from->start_id[0]) {
        buf_text(&url, "&start_id=");
        text_percent(&url, from->start_id);
    }
    if (fields) {
        buf_text(&url, "&fields=");
        text_percent(&url, fields);
    }
    buf_format(&url, "&limit=%u", limit);
    fill(request, endpoint, "GET", &url);
    request->max_answer = EXPORT_MAX;
}

/* Nothing in it can mean anything to the search language. */
static bool is_plain(const char *value)
{
    static const char *const operators[] = {"AND", "OR", "NOT", "TO"};

    if (*value == '-' || strspn(value, "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789@._-") != strlen(value))
        return false;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (strcmp(value, operators[i]) == 0)
            return false;
    return true;
}

/* What could end a quotation, or is not text. */
static bool is_unquotable(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f || c == '"' || c == '\\';
}

/* Unquotable characters become spaces; runs of spaces become one. */
static void add_value(struct buf *out, const char *value)
{
    bool space = false, begun = false;

    if (is_plain(value)) {
        buf_text(out, value);
        return;
    }
    buf_char(out, '"');
    for (; *value; value++) {
        if (*value == ' ' || is_unquotable(*value)) {
            space = begun;
            continue;
        }
        if (space)
            buf_char(out, ' ');
        buf_char(out, *value);
        space = false;
        begun = true;
    }
    buf_char(out, '"');
}

/*
 * An address is found as a whole or not at all: one that cannot be written
 * exactly would find nothing, and what landed would be sent again.
 */
static bool exact(const char *value)
{
    for (; *value; value++)
        if (*value == ' ' || is_unquotable(*value))
            return false;
    return true;
}

/* Whether something is left of it for a search: a letter, a digit. */
static bool searchable(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value & 0x80) ||
            (*value >= '0' && *value <= '9') ||
            ((*value | 0x20) >= 'a' && (*value | 0x20) <= 'z'))
            return true;
    return false;
}

void chat_query_sent(struct buf *out, const struct chat_sent *sent,
                     int64_t from, int64_t to)
{
    char first[CLOCK_TEXT_SIZE], last[CLOCK_TEXT_SIZE];

    clock_format_seconds(from, first);
    clock_format_seconds(to + 999, last);
    buf_text(out, "type:offline_msg");
    if (searchable(sent->email) && exact(sent->email)) {
        buf_text(out, " AND visitor_email:");
        add_value(out, sent->email);
    } else if (searchable(sent->name)) {
        buf_text(out, " AND visitor_name:");
        add_value(out, sent->name);
    } else if (searchable(sent->first_words)) {
        buf_text(out, " AND ");
        add_value(out, sent->first_words);
    }
    buf_format(out, " AND timestamp:[%s TO %s]", first, last);
}

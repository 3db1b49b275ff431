/* A request as libcurl's options. See http_client.h. */
#include "net/http_client_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "net/url.h"

#include "base/banned.h"

#define URL_MAX             ((size_t)16 * 1024)
#define CONNECTION_LIFE_S   300L /* names and certificates change */
#define CONNECTION_IDLE_S   30L  /* others close theirs after a minute or so */
#define AUTHORITIES_CACHE_S 300L
#define UPLOAD_BUFFER       16384L
#define DOWNLOAD_BUFFER     4096L /* each of hundreds of handles keeps one */
#define ONE_WRITE_MAX       ((size_t)64 * 1024) /* libcurl's own limit */

bool http_call_too_late(const struct http_call *call)
{
    return call->not_after_at && clock_boot_ms() >= call->not_after_at;
}

/* Copies what is left of a large body. There is deliberately no function to
 * seek: libcurl cannot go back to its start. What keeps any request from
 * leaving twice is the guard; see set_body(). */
static size_t give_body(char *room, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    size_t len = call->body_len - call->body_at;

    if (http_call_too_late(call))
        return CURL_READFUNC_ABORT;
    if (len > size * count)
        len = size * count;
    memcpy(room, call->body + call->body_at, len);
    call->body_at += len;
    return len;
}

#define set(call, option, value)                                               \
    curl_easy_setopt((call)->easy, CURLOPT_##option, (value))

static void set_callbacks(struct http_call *call)
{
    set(call, PRIVATE, call);
    set(call, ERRORBUFFER, call->fault);
    set(call, WRITEFUNCTION, http_answer_body);
    set(call, WRITEDATA, call);
    set(call, HEADERFUNCTION, http_answer_header);
    set(call, HEADERDATA, call);
    set(call, READFUNCTION, give_body);
    set(call, READDATA, call);
    set(call, OPENSOCKETFUNCTION, http_guard_open);
    set(call, OPENSOCKETDATA, call);
    set(call, CLOSESOCKETFUNCTION, watches_close);
    set(call, CLOSESOCKETDATA, call->client->watches);
    set(call, PREREQFUNCTION, http_guard_begin);
    set(call, PREREQDATA, call);
}

void http_call_prepare(struct http_call *call)
{
    set_callbacks(call);
    set(call, NOSIGNAL, 1L);
    set(call, PROTOCOLS_STR, "http,https");
    set(call, REDIR_PROTOCOLS_STR, "http,https");
    set(call, FOLLOWLOCATION, 0L);
    set(call, PROXY, "");
    set(call, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set(call, HTTP09_ALLOWED, 0L);
    set(call, DISALLOW_USERNAME_IN_URL, 1L);
    set(call, SSL_VERIFYPEER, 1L);
    set(call, SSL_VERIFYHOST, 2L);
    set(call, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    set(call, MAXAGE_CONN, CONNECTION_IDLE_S);
    set(call, MAXLIFETIME_CONN, CONNECTION_LIFE_S);
    set(call, UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
    set(call, BUFFERSIZE, DOWNLOAD_BUFFER);
    set(call, USERAGENT, "afterhours/" AFTERHOURS_VERSION);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A look-up that hangs is left behind, not waited for. */
    set(call, QUICK_EXIT, 1L);
    set(call, CA_CACHE_TIMEOUT, AUTHORITIES_CACHE_S);
#endif
}

/* No value may end its own line. */
static bool is_clean(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

static void add_line(struct http_call *call, const char *line)
{
    call->headers = curl_slist_append(call->headers, line);
}

/* libcurl wants "Name;" where the value is empty. */
static void add_header(struct http_call *call, const struct http_header *header)
{
    bool empty = !*header->value;
    char *line =
        alloc_format(empty ? "%s;%s" : "%s: %s", header->name, header->value);

    add_line(call, line);
    crypto_wipe(line, strlen(line));
    free(line);
}

static const char *set_headers(struct http_call *call,
                               const struct http_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct http_header *header = &headers->list[i];

        if (!is_clean(header->name) || !is_clean(header->value) ||
            strchr(header->name, ':'))
            return "a header has a control character in it";
        add_header(call, header);
    }
    add_line(call, "Expect:");
    if (!http_headers_find(headers, "Content-Type"))
        add_line(call, "Content-Type:");
    set(call, HTTPHEADER, call->headers);
    return NULL;
}

/*
 * A body in memory leaves in one write with the head, which is a third of all
 * the work of a small request; http_guard_begin() keeps it from leaving twice.
 * One that libcurl would send by itself anyway is handed out in pieces that it
 * cannot ask for again.
 */
static void set_body(struct http_call *call, const struct http_request *request)
{
    bool pieces = call->once && request->body_len >= ONE_WRITE_MAX;

    call->body = alloc_text_n(request->body, request->body_len);
    call->body_len = request->body_len;
    set(call, POST, 1L);
    set(call, POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    set(call, POSTFIELDS, pieces ? NULL : call->body);
}

static void set_method(struct http_call *call,
                       const struct http_request *request)
{
    const char *method = request->method;
    bool post = !strcmp(method, "POST"), head = !strcmp(method, "HEAD");
    bool body = post || (request->body && !head);

    if (body)
        set_body(call, request);
    else if (head)
        set(call, NOBODY, 1L);
    else
        set(call, HTTPGET, 1L);
    /* libcurl calls whatever has a body POST, unless it is told. */
    set(call, CUSTOMREQUEST,
        post || head || (!body && !strcmp(method, "GET")) ? NULL : method);
}

static void set_authorities(struct http_call *call, const char *ca)
{
    if (!ca)
        ca = call->client->system_ca;
    if (call->ca && ca && !strcmp(call->ca, ca))
        return;
    alloc_replace(&call->ca, ca);
    set(call, CAINFO, ca);
    if (ca)
        set(call, CAPATH, NULL); /* or the system's would count as well */
}

static const char *set_international_url(struct http_call *call,
                                         const char *text)
{
    struct url url = {0};
    struct buf ascii;
    bool ok;

    if (!url_parse(text, &url, NULL))
        return "its URL cannot be read";
    buf_init(&ascii, URL_MAX);
    ok = url_write(&url, &ascii);
    set(call, URL, buf_str(&ascii));
    buf_clear(&ascii);
    url_clear(&url);
    return ok ? NULL : "its URL is too long, or not of the web";
}

static const char *set_url(struct http_call *call, const char *url)
{
    if (!url)
        return "it has no URL";
    call->https = !strncasecmp(url, "https://", 8);
    if (!text_is_ascii(url))
        return set_international_url(call, url);
    set(call, URL, url);
    return NULL;
}

const char *http_call_request(struct http_call *call,
                              const struct http_request *request)
{
    const char *why = set_url(call, request->url);

    call->once = request->once;
    call->not_after_at = request->not_after_at;
    call->public_only = request->public_only;
    if (request->public_only)
        call->networks = alloc_text(request->networks);
    if (!why)
        why = set_headers(call, &request->headers);
    set_method(call, request);
    set_authorities(call, request->ca);
    call->body_in.limit = request->max_answer;
    return why;
}

/*
 * What strangers wrote, on its way out: into pages, JSON, URLs and the log; and
 * the headers that are read for their meaning. Wherever a text goes, it must
 * stay text there.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/http_message.h"
#include "base/log.h"
#include "base/text.h"
#include "guard/guard.h"
#include "intake/sender.h"
#include "web/web.h"

#include "base/banned.h"

#define OUT_MAX (1 << 20)
#define NOW     INT64_C(1795338000000)

static char proxies[] = "127.0.0.0/8, 10.0.0.0/8", host[] = "relay.example";
static char *trusted_proxies[] = {proxies}, *hosts[] = {host};
static struct settings settings = {.trusted_proxies = trusted_proxies,
                                   .trusted_proxy_count = 1,
                                   .hosts = hosts,
                                   .host_count = 1};

static size_t count_of(const char *text, char c)
{
    size_t count = 0;

    for (; (text = strchr(text, c)); text++)
        count++;
    return count;
}

/* The page has as many tags with it as without. */
static void into_a_page(const char *text)
{
    struct buf page, plain;

    buf_init(&page, OUT_MAX);
    buf_init(&plain, OUT_MAX);
    web_error_page(&page, 422, text, text, text, NULL);
    web_error_page(&plain, 422, "", "", "", NULL);
    assert(count_of(buf_str(&page), '<') == count_of(buf_str(&plain), '<'));
    assert(count_of(buf_str(&page), '"') == count_of(buf_str(&plain), '"'));
    assert(count_of(buf_str(&page), '\'') == count_of(buf_str(&plain), '\''));
    buf_clear(&page);
    buf_clear(&plain);
}

/* Always JSON; and the same text, if it was one. */
static void into_json(const char *text)
{
    struct buf out;
    json_t *value;

    buf_init(&out, OUT_MAX);
    text_json(&out, text);
    value = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
    assert(json_is_string(value));
    if (text_utf8_ok(text, strlen(text)))
        assert(strcmp(json_string_value(value), text) == 0);
    json_decref(value);
    buf_clear(&out);
}

static void into_a_url(const char *text)
{
    struct buf out, back;

    buf_init(&out, OUT_MAX);
    buf_init(&back, OUT_MAX);
    text_percent(&out, text);
    assert(!strpbrk(buf_str(&out), "&=+?#/ \r\n"));
    assert(text_percent_decode(buf_str(&out), out.len, true, &back));
    assert(strcmp(buf_str(&back), text) == 0);
    buf_reset(&back);
    if (text_percent_decode(text, strlen(text), true, &back))
        assert(strlen(buf_str(&back)) == back.len);
    buf_clear(&out);
    buf_clear(&back);
}

/* One line of one event, whose fields are ours. */
static void into_the_log(const char *text, enum log_format format)
{
    struct log_line line;
    json_t *value;

    log_setup(LOG_LEVEL_DEBUG, format, "fuzz");
    log_begin(&line, LOG_LEVEL_INFO, "event");
    log_text(&line, "text", text);
    log_text(&line, "last", "word");
    line.text[line.len] = '\0';
    assert(!line.full && text_utf8_ok(line.text, line.len));
    for (size_t i = 0; i < line.len; i++)
        assert((unsigned char)line.text[i] >= ' ' && line.text[i] != 0x7f);
    assert(!strstr(line.text, "\xe2\x80\xae"));
    if (format == LOG_FORMAT_LOGFMT) {
        assert(strcmp(line.text + line.len - 10, " last=word") == 0);
        return;
    }
    line.text[line.len++] = '}';
    value = json_loadb(line.text, line.len, JSON_REJECT_DUPLICATES, NULL);
    assert(json_is_string(json_object_get(value, "text")));
    json_decref(value);
}

static void as_headers(const char *text)
{
    char address[ADDRESS_TEXT_SIZE];
    struct http_headers headers = {0};
    struct address parsed;
    int64_t wait;

    sender_address(&settings, "127.0.0.1", text, address);
    assert(address_parse(address, &parsed));
    sender_address(&settings, "192.0.2.1", text, address);
    assert(strcmp(address, "192.0.2.1") == 0);
    if (guard_host(&settings, text))
        assert(text_equal_nocase("relay.example", text) ||
               text[strlen(host)] == ':');
    http_headers_add(&headers, "Retry-After", text);
    wait = http_retry_after_ms(&headers, NOW);
    assert(wait >= -1 && wait <= INT64_C(86400000));
    http_headers_clear(&headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = alloc_text_n((const char *)data, size);

    into_a_page(text);
    into_json(text);
    into_a_url(text);
    into_the_log(text, LOG_FORMAT_LOGFMT);
    into_the_log(text, LOG_FORMAT_JSON);
    as_headers(text);
    free(text);
    return 0;
}

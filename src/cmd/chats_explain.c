/* What an answer that is no success means, for a person. See chats_link.h. */
#include "cmd/chats_link.h"

#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "cmd/chats_text.h"
#include "cmd/output.h"

#include "base/banned.h"

#define WORDS_MAX 300
#define ROOM      ((size_t)2048)
#define TOLD_MAX  5 /* members that were wrong */

/* clang-format off */
static const struct reading {
    int first, last;
    enum error_kind kind;
    const char *text, *advice;
} readings[] = {
    { 400, 400, ERROR_INPUT,       "refuses it", NULL },
    { 401, 401, ERROR_FAILED,      "does not accept the token",
      "renew it; it must be one of Chat, not of Support" },
    { 403, 403, ERROR_FAILED,      "forbids it to this token",
      "for every call, a token needs the scopes read and write and an "
      "administrator's role" },
    { 404, 404, ERROR_FAILED,      "has no Chats API there, or not this part of it",
      "correct the address" },
    { 405, 405, ERROR_FAILED,      "does not offer that", NULL },
    { 300, 399, ERROR_FAILED,      "sends us elsewhere", "correct the address" },
    { 429, 429, ERROR_LATER,       "has had too many requests", NULL },
    { 503, 503, ERROR_LATER,       "cannot do it now", NULL },
    { 408, 408, ERROR_UNAVAILABLE, "was too slow", "try again later" },
    { 500, 599, ERROR_UNAVAILABLE, "is out of order", "try again later" },
    { 400, 499, ERROR_INPUT,       "refuses it", NULL },
    { 0,   999, ERROR_FAILED,      "answers oddly", "correct the address" },
};
/* clang-format on */

static void add_words(struct buf *out, const json_t *value, const char *before)
{
    if (!json_is_string(value) || !json_string_length(value))
        return;
    buf_text(out, before);
    chats_line(out, json_string_value(value), WORDS_MAX);
}

/* {"details": {"message": [{"error": "BlankValue", "description": "..."}]}} */
static void add_details(struct buf *out, json_t *details)
{
    unsigned told = 0;
    const char *member;
    json_t *list;

    json_object_foreach(details, member, list)
    {
        json_t *text = json_object_get(json_array_get(list, 0), "description");

        if (told++ == TOLD_MAX)
            break;
        buf_text(out, "; ");
        chats_line(out, member, WORDS_MAX);
        add_words(out, text, ": ");
    }
}

/* The server's own words, if it has any. */
static void add_body(struct buf *out, const struct http_response *answer)
{
    json_t *root = chat_one_read(answer->body, answer->body_len);
    static const char *const names[] = {"description", "message", "error"};
    size_t before = out->len;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (out->len == before)
            add_words(out, json_object_get(root, names[i]), ": ");
    add_details(out, json_object_get(root, "details"));
    json_decref(root);
}

static void add_later(struct buf *out, const struct http_response *answer)
{
    int64_t ms = http_retry_after_ms(&answer->headers, clock_wall_ms());
    char age[CLOCK_AGE_SIZE];

    if (ms < 0) {
        buf_text(out, "; try again in a minute");
        return;
    }
    clock_format_age(ms, age);
    buf_format(out, "; try again in %s", age);
}

static const struct reading *reading_of(int status)
{
    const struct reading *reading = readings;

    while (status < reading->first || status > reading->last)
        reading++;
    return reading;
}

static const char *advice_of(const struct chats_link *link,
                             const struct reading *reading, int status)
{
    if (status == 401 && !secret_present(&link->token))
        return "none was sent: give --token-file FILE, or set "
               "AFTERHOURS_CHATS_TOKEN";
    return reading->advice;
}

bool chats_explain(const struct chats_link *link,
                   const struct http_response *answer, struct error *err)
{
    const struct reading *reading;
    const char *advice;
    struct buf text;

    if (answer->fate != HTTP_ANSWERED)
        return error_set(err, ERROR_UNAVAILABLE, "%s: %s", link->base_url,
                         answer->why);
    reading = reading_of(answer->status);
    advice = advice_of(link, reading, answer->status);
    buf_init(&text, ROOM);
    add_body(&text, answer);
    if (reading->kind == ERROR_LATER)
        add_later(&text, answer);
    else if (advice)
        buf_format(&text, "; %s", advice);
    error_set(err, reading->kind, "%s %s (%d)%s", link->base_url, reading->text,
              answer->status, buf_str(&text));
    buf_clear(&text);
    return false;
}

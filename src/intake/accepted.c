/* Answers to accepted posts. See accepted.h. */
#include "intake/accepted.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "intake/links.h"

#include "base/banned.h"

#define ANSWER_MAX 8192

static void add_link(struct buf *out, const char *name,
                     const struct settings *settings, const struct buf *path)
{
    struct buf url;

    buf_init(&url, ANSWER_MAX);
    buf_text(&url, settings->public_url);
    buf_text(&url, buf_str(path));
    buf_format(out, ",\"%s\":", name);
    text_json(out, buf_str(&url));
    buf_clear(&url);
}

static void add_location(struct http_exchange *exchange,
                         const struct settings *settings,
                         const struct buf *path)
{
    struct buf location;

    buf_init(&location, ANSWER_MAX);
    buf_text(&location, links_prefix(settings));
    buf_text(&location, buf_str(path));
    http_reply_header(exchange, "Location", buf_str(&location));
    buf_clear(&location);
}

void accepted_answer(struct http_exchange *exchange,
                     const struct settings *settings, const char *id,
                     const char *rests_on)
{
    char token[LINKS_TOKEN_SIZE], at[CLOCK_TEXT_SIZE];
    struct buf body, status, page;
    int64_t received_at = 0;

    if (!id_made_at(id, &received_at))
        received_at = clock_wall_ms();
    clock_format_ms(received_at, at);
    links_token(settings, id, token);
    buf_init(&body, ANSWER_MAX);
    buf_init(&status, ANSWER_MAX);
    buf_init(&page, ANSWER_MAX);
    links_status_path(&status, id, token);
    links_page_path(&page, id, token);
    buf_format(&body,
               "{\"id\":\"%s\",\"state\":\"queued\",\"received_at\":\"%s\"", id,
               at);
    add_link(&body, "status_url", settings, &status);
    add_link(&body, "page_url", settings, &page);
    buf_format(&body, ",\"durability\":\"%s\"}", rests_on);
    add_location(exchange, settings, &status);
    http_reply_header(exchange, "Retry-After", "2");
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply(exchange, 202, "application/json", body.data, body.len);
    buf_clear(&body);
    buf_clear(&status);
    buf_clear(&page);
}

void accepted_redirect(struct http_exchange *exchange,
                       const struct settings *settings, const char *id,
                       const char *next)
{
    char token[LINKS_TOKEN_SIZE];
    struct buf page;

    buf_init(&page, ANSWER_MAX);
    if (next) {
        http_reply_header(exchange, "Location", next);
    } else {
        links_token(settings, id, token);
        links_page_path(&page, id, token);
        add_location(exchange, settings, &page);
    }
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply(exchange, 303, NULL, NULL, 0);
    buf_clear(&page);
}

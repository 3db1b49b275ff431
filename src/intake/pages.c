/* Pages and files for people with browsers, out of what is built in. */
#include <stdio.h>
#include <string.h>

#include "answer/problems.h"
#include "base/crypto.h"
#include "base/embedded.h"
#include "base/id.h"
#include "intake/inside.h"
#include "web/web.h"

#include "base/banned.h"

#define PAGE_MAX 131072
#define TAG_SIZE (CRYPTO_HEX_SIZE + 2)
#define HTML     "text/html; charset=utf-8"

static void answer_page(struct http_exchange *exchange, int status,
                        const char *referrer_policy, const struct buf *html)
{
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply_header(exchange, "Content-Security-Policy",
                      web_content_security_policy());
    http_reply_header(exchange, "Referrer-Policy", referrer_policy);
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply_header(exchange, "Vary", "Accept-Language");
    http_reply(exchange, status, HTML, html->data, html->len);
}

/* Addresses of these pages may hold a token: nobody else is told them. */
void pages_answer(struct http_exchange *exchange, int status,
                  const struct buf *html)
{
    answer_page(exchange, status, "no-referrer", html);
}

static void answer_problem(struct http_exchange *exchange,
                           const struct problem_type *type, const char *detail,
                           const char *owner)
{
    struct buf page;

    buf_init(&page, PAGE_MAX);
    web_error_page(&page, type->status, type->title, detail, owner,
                   http_header(exchange, "Accept-Language"));
    pages_answer(exchange, type->status, &page);
    buf_clear(&page);
}

void pages_problem(struct http_exchange *exchange, const char *name,
                   const char *detail)
{
    const struct problem_type *type = problem_type_find(name);

    answer_problem(exchange, type,
                   detail ? detail : problem_type_for_visitors(type), NULL);
}

void pages_refusal(struct http_exchange *exchange, const char *name,
                   const char *why)
{
    const struct problem_type *type = problem_type_find(name);

    answer_problem(exchange, type, problem_type_for_visitors(type),
                   problem_type_is_owners(type) ? why ? why : type->advice
                                                : NULL);
}

void get_home(struct request *request)
{
    struct buf page;

    buf_init(&page, PAGE_MAX);
    if (request->intake->demo)
        web_demo_page(&page, settings_demo_form(request->settings)->name);
    else
        web_home_page(&page);
    /* A form on a page without referrer is posted with "Origin: null". */
    answer_page(request->exchange, 200, "same-origin", &page);
    buf_clear(&page);
}

void get_problem(struct request *request)
{
    const struct problem_type *type = problem_type_find(request->name);
    struct buf page;

    if (!type) {
        pages_problem(request->exchange, "not-found", NULL);
        return;
    }
    buf_init(&page, PAGE_MAX);
    web_problem_page(&page, type->name, type->status, type->title,
                     type->advice);
    pages_answer(request->exchange, 200, &page);
    buf_clear(&page);
}

/* A built-in file: may be kept by browsers, and is asked for again by its tag.
 */
static void answer_file(struct http_exchange *exchange, const char *name,
                        const char *type)
{
    const struct embedded *file = embedded_find(name);
    const char *known = http_header(exchange, "If-None-Match");
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char hex[CRYPTO_HEX_SIZE], tag[TAG_SIZE];

    if (!file) {
        problems_answer(exchange, "not-found", NULL);
        return;
    }
    crypto_sha256(file->data, file->len, digest);
    crypto_hex(digest, sizeof(digest), hex);
    snprintf(tag, sizeof(tag), "\"%s\"", hex);
    http_reply_header(exchange, "ETag", tag);
    http_reply_header(exchange, "Cache-Control", "public, max-age=300");
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    if (known && strstr(known, tag))
        http_reply(exchange, 304, NULL, NULL, 0);
    else
        http_reply(exchange, 200, type, file->data, file->len);
}

void get_asset(struct request *request)
{
    /* Only these: what else is built in is not for strangers. */
    static const struct {
        const char *name, *type;
    } assets[] = {
        {"status.js", "text/javascript; charset=utf-8"},
        {"demo.js", "text/javascript; charset=utf-8"},
        {"page.css", "text/css; charset=utf-8"},
        {"icon.svg", "image/svg+xml"},
    };

    for (size_t i = 0; i < sizeof(assets) / sizeof(*assets); i++) {
        if (strcmp(assets[i].name, request->name) != 0)
            continue;
        answer_file(request->exchange, assets[i].name, assets[i].type);
        return;
    }
    problems_answer(request->exchange, "not-found", NULL);
}

void get_openapi(struct request *request)
{
    http_reply_header(request->exchange, "Access-Control-Allow-Origin", "*");
    answer_file(request->exchange, "openapi.yaml", "application/yaml");
}

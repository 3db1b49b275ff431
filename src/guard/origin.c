/* Origins and what scripts of other websites may do. See guard.h. */
#include "guard/guard.h"

#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define WILDCARD "*."

/*
 * A star before ".example.com" takes every name below it, and no other
 * scheme or port. What stands for the star must look like host labels, so that
 * nothing of a URL can hide in it.
 */
static bool below(const char *pattern, const char *star, const char *origin)
{
    size_t before = (size_t)(star - pattern);
    const char *after = star + 1; /* ".example.com" */
    size_t origin_len = strlen(origin);
    size_t after_len = strlen(after);
    const char *labels = origin + before;
    size_t labels_len;

    if (origin_len <= before + after_len ||
        strncmp(origin, pattern, before) != 0)
        return false;
    labels_len = origin_len - before - after_len;
    if (!text_equal_nocase(labels + labels_len, after))
        return false;
    return labels[0] != '.' && labels[labels_len - 1] != '.' &&
           strspn(labels,
                  "abcdefghijklmnopqrstuvwxyz"
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") >= labels_len;
}

static bool matches(const char *pattern, const char *origin)
{
    const char *star = strstr(pattern, WILDCARD);

    if (star)
        return below(pattern, star, origin);
    return text_equal_nocase(pattern, origin);
}

/* Our own pages: public_url without its path. */
static bool is_own(const struct settings *settings, const char *origin)
{
    const char *url = settings->public_url;
    size_t len = strlen(origin);

    return url && len && strncmp(url, origin, len) == 0 &&
           (url[len] == '\0' || url[len] == '/');
}

static bool form_has(const struct settings_form *form, const char *origin)
{
    for (size_t i = 0; i < form->origin_count; i++)
        if (matches(form->origins[i], origin))
            return true;
    return false;
}

/* A scheme and a host at least: "null", "https://" and "https:" are none. */
static bool is_origin(const char *origin)
{
    const char *host = strstr(origin, "://");

    return host && host != origin && host[3] && !strchr(host + 3, '/') &&
           !strchr(host + 3, '@');
}

bool guard_origin(const struct settings *settings,
                  const struct settings_form *form, const char *origin)
{
    return is_origin(origin) &&
           (form_has(form, origin) || is_own(settings, origin));
}

bool guard_origin_of_any(const struct settings *settings, const char *origin)
{
    if (!is_origin(origin))
        return false;
    for (size_t i = 0; i < settings->form_count; i++)
        if (form_has(&settings->forms[i], origin))
            return true;
    return is_own(settings, origin);
}

void guard_cors(struct http_exchange *exchange, const char *origin)
{
    http_reply_header(exchange, "Vary", "Origin");
    if (!origin)
        return;
    http_reply_header(exchange, "Access-Control-Allow-Origin", origin);
    http_reply_header(exchange, "Access-Control-Expose-Headers",
                      "Location, Retry-After, ETag, Idempotency-Replayed");
}

void guard_preflight(struct http_exchange *exchange, const char *origin,
                     const char *methods)
{
    guard_cors(exchange, origin);
    http_reply_header(exchange, "Access-Control-Allow-Methods", methods);
    http_reply_header(exchange, "Access-Control-Allow-Headers",
                      "Accept, Authorization, Content-Type, Idempotency-Key, "
                      "If-None-Match, Last-Event-ID, Prefer");
    http_reply_header(exchange, "Access-Control-Max-Age", "7200");
    http_reply(exchange, 204, NULL, NULL, 0);
}

/* URLs, read by libcurl's parser only. */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"

struct url {
    char *scheme, *user, *password, *host, *path,
        *query;    /* owned; NULL if absent */
    unsigned port; /* the scheme's own when the URL has none; 0 for unix */
};

/*
 * For http, https, redis, rediss and unix. Host in lower case and punycode, an
 * IPv6 address without brackets; user and password decoded, path and query as
 * they are; the fragment is dropped.
 */
must_check bool url_parse(const char *text, struct url *url, struct error *err);
void url_clear(struct url *url);

/*
 * Appends it as a URL in ASCII, for http and https, without user and password.
 */
must_check bool url_write(const struct url *url, struct buf *out);

/*
 * Appends "https://example.com:8443": scheme, host and, unless usual, port.
 * Only of http and https, and not of a URL with a user in it, which no origin
 * has.
 */
must_check bool url_origin(const char *text, struct buf *out);

#endif

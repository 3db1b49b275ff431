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

/* Host lower-case, in punycode; fragments dropped. */
must_check bool url_parse(const char *text, struct url *url, struct error *err);
void url_clear(struct url *url);

/* "https://example.com:8443": scheme, host and, unless usual, port. */
must_check bool url_origin(const char *text, struct buf *out);

#endif

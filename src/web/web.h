/* Pages and scripts that are built into the binary. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdint.h>

#include "base/buf.h"

/* What the status page shows; all borrowed. */
struct web_status {
    const char *id, *state; /* "linked" */
    int64_t received_at;
    int64_t ticket_id;      /* 0: none */
    const char *ticket_url; /* NULL: none */
    const char *poll_url;   /* JSON of the same, with token */
    const char *language;   /* Accept-Language, or NULL */
};

/* A whole HTML page: works without scripts, updates itself with them. */
void web_status_page(struct buf *out, const struct web_status *status);
/* A page for people who meet an error with a browser. */
void web_error_page(struct buf *out, int status, const char *title,
                    const char *detail);
/* Content-Security-Policy that fits these pages. */
const char *web_content_security_policy(void);

#endif

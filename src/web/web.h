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
/*
 * A page for people who meet an error with a browser. owner is for the one who
 * can mend it, or NULL.
 */
void web_error_page(struct buf *out, int status, const char *title,
                    const char *detail, const char *owner,
                    const char *language);
/* What a type of problem means and what to do about it. */
void web_problem_page(struct buf *out, const char *type, int status,
                      const char *title, const char *advice);
/* A website with a contact form that posts to this form, to try things. */
void web_demo_page(struct buf *out, const char *form);
/* For whoever opens the relay's own address. */
void web_home_page(struct buf *out);
/* Content-Security-Policy that fits these pages. */
const char *web_content_security_policy(void);

#endif

/* What posts with and without a browser have in common. */
#ifndef INTAKE_POST_H
#define INTAKE_POST_H

#include <stdbool.h>

#include "base/attributes.h"
#include "intake/inside.h"

/* How a post is to be answered. */
struct post_style {
    bool browser; /* with pages and redirects, not with JSON */
    char *next;   /* owned; Location after success; NULL: the status page */
    char *error;  /* owned; Location after a failure; NULL: an error page */
};
void post_style_clear(struct post_style *style);

/* Whether a page of this origin may use the form; a demo's own pages always. */
bool post_origin_allowed(const struct request *request,
                         const struct settings_form *form, const char *origin);

/* What to say of a form that is not there, or of an origin that may not. */
#define POST_DETAIL_SIZE 512
void post_say_unknown_form(const struct request *request,
                           char detail[POST_DETAIL_SIZE]);
void post_say_foreign_origin(const struct request *request, const char *origin,
                             char detail[POST_DETAIL_SIZE]);

#endif

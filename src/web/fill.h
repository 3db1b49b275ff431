/* Pages out of built-in HTML files with "{{name}}" in them. */
#ifndef WEB_FILL_H
#define WEB_FILL_H

#include <stdbool.h>

#include "base/buf.h"

/* What stands for a name. */
struct fill {
    const char *name;  /* NULL ends a list */
    const char *value; /* NULL: nothing */
    bool html;         /* value is HTML of ours; else it is escaped */
};

/*
 * Adds the built-in file to out. "{{name}}" becomes the value of that name,
 * "{{t:key}}" the text of that key in the language ("en", "de"). Values are
 * not looked through again.
 */
void fill_file(struct buf *out, const char *file, const char *language,
               const struct fill *list);

/* The same for one text of texts.h, as HTML. */
void fill_text(struct buf *out, const char *template, const char *language,
               const struct fill *list);

#endif

/* Whether one value of a form is what it should be. Values in, values out. */
#ifndef INTAKE_VALUE_H
#define INTAKE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"

/* What a look over a text's bytes finds. */
struct value_scan {
    size_t characters; /* a CR LF counts as one */
    bool well_formed;  /* UTF-8 */
    bool control;      /* other than tab and line ends */
    bool lines;        /* has a tab or a line end */
    bool blank;        /* nothing but white space */
};
void value_scan(const char *text, size_t len, struct value_scan *scan);

/* http or https, a host, no white space; at most 2048 bytes. */
must_check bool value_web_address(const char *text);

must_check bool value_number(const char *text);

/* "true", "on", "yes", "1"; "false", "off", "no", "0". */
must_check bool value_truth(const char *text, bool *truth);

/* Adds text with every CR LF and CR as LF. */
void value_add_lines(struct buf *out, const char *text);

#endif

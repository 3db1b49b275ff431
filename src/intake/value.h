/* Whether one value of a form is what it should be. Values in, values out. */
#ifndef INTAKE_VALUE_H
#define INTAKE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"

#define VALUE_EMAIL_SIZE 255 /* the longest address is 254, and NUL */

/* What a look over a text's bytes finds. */
struct value_scan {
    size_t characters; /* a CR LF counts as one */
    bool well_formed;  /* UTF-8 */
    bool control;      /* other than tab and line ends */
    bool lines;        /* has a tab or a line end */
    bool blank;        /* nothing but white space */
};
void value_scan(const char *text, size_t len, struct value_scan *scan);

/*
 * An address that mail can be sent to: one @, a plain local part, a domain name
 * with a dot. Written to address with its domain in ASCII. On failure *why
 * says what is wrong, as static text.
 */
must_check bool value_email(const char *text, char address[VALUE_EMAIL_SIZE],
                            const char **why);

/* http or https, a host, no white space; at most 2048 bytes. */
must_check bool value_web_address(const char *text);

must_check bool value_number(const char *text);

/* "true", "on", "yes", "1"; "false", "off", "no", "0". */
must_check bool value_truth(const char *text, bool *truth);

/* Adds text with every CR LF and CR as LF. */
void value_add_lines(struct buf *out, const char *text);

#endif

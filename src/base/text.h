/* Small questions about text, and its escapes. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"

/* ASCII only, whatever the locale. */
bool text_equal_nocase(const char *a, const char *b);
bool text_starts(const char *text, const char *start);

/* A whole number in decimal, no sign but '-', nothing after it. */
must_check bool text_int(const char *text, int64_t min, int64_t max,
                         int64_t *number);

/* By libunistring: well-formed UTF-8, and how many characters it has. */
bool text_utf8_ok(const char *text, size_t len);
size_t text_characters(const char *text, size_t len);
/* How many of its len bytes to take, at most `most`, so that no character is
 * cut. */
size_t text_cut(const char *text, size_t len, size_t most);

/* Valid UTF-8 without ASCII's control characters, but for tab and line ends. */
bool text_clean(const char *text, size_t len);

bool text_is_ascii(const char *text);
int text_hex_value(char c); /* of a hexadecimal digit; -1: it is none */

void text_html(struct buf *out, const char *text); /* & < > " ' as entities */
/* With its quotes; always valid JSON: broken UTF-8 becomes U+FFFD. */
void text_json(struct buf *out, const char *text);
void text_percent(struct buf *out,
                  const char *text); /* for a URL's path or query */

/*
 * Decodes %XX and, when plus is set, '+' into out. False when an escape is
 * broken or is %00.
 */
must_check bool text_percent_decode(const char *text, size_t len, bool plus,
                                    struct buf *out);

/*
 * The one of words nearest to text, or with a beginning that is; NULL when none
 * is near. NULL ends words.
 */
const char *text_nearest(const char *text, const char *const *words);

#endif

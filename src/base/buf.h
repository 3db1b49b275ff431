/*
 * Growing bytes with a limit given at birth. Appends never fail where they
 * stand; whoever uses the result asks buf_ok() once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct buf {
    char *data;    /* owned; always ends in NUL once something was added */
    size_t len;    /* without the NUL */
    size_t size;   /* allocated */
    size_t limit;  /* len never passes it */
    bool overflow; /* something did not fit and was left out */
};

void buf_init(struct buf *buf, size_t limit);
void buf_clear(struct buf *buf); /* frees; the limit stays */
void buf_reset(struct buf *buf); /* empties; the memory stays */

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_format(struct buf *buf, const char *format, ...) like_printf(2, 3);

bool buf_ok(const struct buf *buf);
const char *buf_str(const struct buf *buf); /* "" when empty; borrowed */

/* Hands the text over to the caller, who frees it; the buf is empty after. */
char *buf_take(struct buf *buf);

#endif

/* What is wrong with the fields of a post: all of it, told in one answer. */
#ifndef ANSWER_COMPLAINTS_H
#define ANSWER_COMPLAINTS_H

#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "net/problem.h"

#define COMPLAINTS_MAX 32 /* more are counted as one too many to tell */

struct complaints {
    struct problem_field list[COMPLAINTS_MAX]; /* detail: owned */
    size_t count;
};

/* field and code are borrowed; they outlive the complaints. */
void complaints_add(struct complaints *complaints, const char *field,
                    const char *code, const char *detail, ...)
    like_printf(4, 5);
void complaints_clear(struct complaints *complaints);

/* "email: This is not ...; message: ..." for people. */
void complaints_text(const struct complaints *complaints, struct buf *out);

#endif

/*
 * The kinds of error answers: a table of stable types, each with its status,
 * its title, and a page at /problems/{type} that says what to do.
 */
#ifndef ANSWER_PROBLEMS_H
#define ANSWER_PROBLEMS_H

#include <stddef.h>

#include "net/http_server.h"
#include "net/problem.h"

struct problem_type {
    const char *name; /* "unknown-form"; NULL ends the table */
    int status;
    const char *title;
    const char *advice; /* what it means and what to do; plain text */
};

extern const struct problem_type problem_types[];

/* name must be in the table: a mistake of ours otherwise. NULL when not. */
const struct problem_type *problem_type_find(const char *name);

/*
 * The same in words for a visitor, who knows nothing of headers and settings.
 * Never NULL.
 */
const char *problem_type_for_visitors(const struct problem_type *type);
/* A visitor can do nothing about it but tell the website's owner. */
bool problem_type_is_owners(const struct problem_type *type);

/* Answers with a problem document of this type; detail NULL: its advice. */
void problems_answer(struct http_exchange *exchange, const char *name,
                     const char *detail);
/* The same, with each field or parameter that is wrong. */
void problems_answer_fields(struct http_exchange *exchange, const char *name,
                            const char *detail,
                            const struct problem_field *fields, size_t count);

#endif

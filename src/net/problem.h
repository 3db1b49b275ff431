/* Problem documents (RFC 9457): the one form of every error answer. */
#ifndef NET_PROBLEM_H
#define NET_PROBLEM_H

#include <stddef.h>

struct http_exchange;

/* One field that was wrong. */
struct problem_field {
    const char *field;  /* name as the sender wrote it */
    const char *code;   /* stable: "required", "too_long", "unknown", ... */
    const char *detail; /* a sentence that says what to do */
};

struct problem {
    int status;
    const char *type;   /* stable, without "/problems/": "unknown-form" */
    const char *title;  /* a few words */
    const char *detail; /* what happened here and what to do; may be NULL */
    const struct problem_field *fields; /* may be NULL */
    size_t field_count;
};

/* Answers the exchange. Add headers such as Retry-After before. */
void problem_reply(struct http_exchange *exchange,
                   const struct problem *problem);

#endif

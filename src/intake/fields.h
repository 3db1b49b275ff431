/*
 * The body of a post as a list of names and values, whatever its type was.
 * Nothing is judged here but the form of the body itself.
 */
#ifndef INTAKE_FIELDS_H
#define INTAKE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

#define FIELDS_MAX         64
#define FIELDS_NUMBER_SIZE 32

struct json_t;

enum field_type {
    FIELD_TEXT,
    FIELD_NUMBER, /* JSON only, like the two below */
    FIELD_BOOL,
    FIELD_OTHER, /* null, a list or an object: value is "" */
};

struct field {
    enum field_type type;
    const char *name, *value; /* owned by the fields; end in NUL */
    size_t value_len;
    char number[FIELDS_NUMBER_SIZE]; /* what value points at for a number */
};

struct fields {
    struct field list[FIELDS_MAX];
    size_t count;
    struct json_t
        *root;    /* owned: the JSON document that values lie in, or NULL */
    char *memory; /* owned: decoded text that values lie in, or NULL */
};

/* Why a body could not be read; err says it in words. */
enum fields_result {
    FIELDS_FINE,
    FIELDS_BROKEN,  /* not what its type says it is */
    FIELDS_COMPLEX, /* too deep, or too many members */
};

/* The body ends in NUL behind len. What was read is cleared by
 * fields_clear(), whatever the result; values lie where they were read. */
enum fields_result fields_read_json(struct fields *fields, const char *body,
                                    size_t len, struct error *err);
enum fields_result fields_read_urlencoded(struct fields *fields,
                                          const char *body, size_t len,
                                          struct error *err);
void fields_init(struct fields *fields);
void fields_clear(struct fields *fields);

/*
 * Looks through JSON text before anything is allocated for it: depth at most
 * 8, at most 64 members and elements in all, no number longer than a number
 * needs to be. It need not be JSON: that is for the parser to say.
 */
must_check bool json_scan(const char *text, size_t len, struct error *err);

#endif

/*
 * Every property of the two kinds of chats, in one table: what is built, read,
 * checked and documented goes by it.
 */
#ifndef CHAT_CHAT_PROPERTY_H
#define CHAT_CHAT_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"

enum chat_kind { CHAT_KIND_OFFLINE_MSG, CHAT_KIND_CHAT, CHAT_KIND_COUNT };

const char *chat_kind_name(enum chat_kind kind); /* "offline_msg", "chat" */
must_check bool chat_kind_by_name(const char *name, enum chat_kind *kind);

enum property_type {
    PROPERTY_STRING,
    PROPERTY_INTEGER,
    PROPERTY_BOOLEAN,
    PROPERTY_ARRAY,
    PROPERTY_OBJECT,
    PROPERTY_TIMESTAMP, /* shown as text, in UTC: 2014-10-09T05:28:35Z */
};
const char *property_type_name(enum property_type type); /* "string" */

/* Where a new offline message has it from. */
enum property_origin {
    FROM_NOWHERE, /* it has none; or it is part of an object that says it */
    FROM_STORE,   /* whoever keeps the chat sets it */
    FROM_POST,    /* what was posted, if it is of its type; else initial */
    FROM_TABLE,   /* initial, whatever was posted */
};

struct chat_property {
    const char *name; /* dotted for a part of an object: "visitor.name" */
    enum property_type type;
    unsigned kinds;    /* that have it: 1u << CHAT_KIND_... */
    unsigned writable; /* kinds in which an update may set it */
    bool required;     /* by create */
    bool nullable;     /* may be null instead */
    enum property_origin origin;
    const char *initial;    /* JSON; NULL: none */
    const char *choices[4]; /* of a string: no other is possible; NULL ends */
    const char *advice;     /* what to send, after "send "; NULL: by its type */
    const char *description; /* a sentence without its full stop */
};

extern const struct chat_property chat_properties[]; /* ends with name NULL */

/* NULL: there is none of that name. */
const struct chat_property *chat_property_find(const char *name, size_t len);

/* "a whole number", "\"good\" or \"bad\" or null": what to send for it. */
void chat_property_advise(const struct chat_property *property,
                          struct buf *out);

/* The table as one JSON object, for comparing documents with it. */
void chat_properties_write(struct buf *out);

#endif

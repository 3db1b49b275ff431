/* The value of one property: brought to its type, checked, found in a chat. */
#ifndef CHAT_CHAT_VALUE_H
#define CHAT_CHAT_VALUE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "chat/chat_complaints.h"
#include "chat/chat_property.h"

struct json_t; /* jansson's */

/*
 * The value as the table's type, where nothing is lost by it: a number as text,
 * digits as a number, 0 and 1 as false and true, null or {} as [], null or []
 * as {}, seconds as a date. A new reference; NULL: it cannot be told so. null
 * is null where it is no array or object.
 */
must_check struct json_t *chat_value_shape(const struct chat_property *property,
                                           struct json_t *value);

/*
 * Whether somebody may write it: of its type, one of its choices, no null where
 * there is none. Otherwise a complaint says what to send; a value of NULL is
 * one that is missing.
 */
must_check bool chat_value_check(const struct chat_property *property,
                                 const struct json_t *value,
                                 struct chat_complaints *complaints);

void chat_value_complain(const struct chat_property *property,
                         const struct json_t *value,
                         struct chat_complaints *complaints);

/* By its dotted name in a chat; NULL: it is not there. Borrowed. */
struct json_t *chat_value_get(const struct json_t *chat,
                              const struct chat_property *property);

/* Puts it there, value's reference included; makes the object around it. */
void chat_value_put(struct json_t *chat, const struct chat_property *property,
                    struct json_t *value);

#endif

/*
 * JSON that somebody else has written, read within limits, and the two kinds of
 * values in it that have more than one spelling: ids and numbers.
 */
#ifndef CHAT_CHAT_JSON_H
#define CHAT_CHAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "chat/chat_reader.h"

struct json_t; /* jansson's */

/*
 * NULL when it is no JSON, or has more than values_max values. Owned by the
 * caller, who gives it to json_decref().
 */
struct json_t *chat_json_parse(const char *body, size_t len, size_t values_max);

/* Whether it has at most about that many values, by its marks alone: jansson
 * needs a hundred times the room of the smallest ones. */
must_check bool chat_json_bearable(const char *body, size_t len,
                                   size_t values_max);

/* Whole, not negative; as a number or as digits. */
must_check bool chat_json_number(const struct json_t *value, int64_t *number);

/* As text or as a number. */
must_check bool chat_json_id(const struct json_t *value,
                             char id[CHAT_ID_MAX + 1]);

/* What can go into a path (not as "..") and into a list with commas. */
bool chat_id_believable(const char *id, size_t len);

/* The text of that member; "" when it has none. Borrowed. */
const char *chat_json_text(const struct json_t *object, const char *name);

/* On one line. */
void chat_json_print(const struct json_t *value, struct buf *out);

#endif

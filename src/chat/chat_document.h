/*
 * A chat of either kind as a server keeps and shows it: a JSON object brought
 * into shape by the table of properties, tolerant of all oddities seen.
 */
#ifndef CHAT_CHAT_DOCUMENT_H
#define CHAT_CHAT_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "chat/chat_facts.h"

struct json_t; /* jansson's */

/*
 * Owned by the caller, who gives it to json_decref(). What can be told without
 * loss is of the type the table says: an id is text, unread is true or false,
 * null for an array is [], [] for an object is {}, seconds are a date. What
 * cannot is kept as it came: dates that do not exist, unknown members. NULL: it
 * is no JSON object, or has no id.
 */
must_check struct json_t *chat_document_read(const char *json, size_t len,
                                             struct error *err);

/* The same of one that is parsed already: it is changed in its place. */
must_check bool chat_document_shape(struct json_t *chat, struct error *err);

/* As one line of JSON. */
void chat_document_print(const struct json_t *chat, struct buf *out);

#endif

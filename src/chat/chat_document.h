/*
 * A chat of either kind as a server keeps and shows it: a JSON object brought
 * into shape by the table of properties, tolerant of all oddities seen.
 */
#ifndef CHAT_CHAT_DOCUMENT_H
#define CHAT_CHAT_DOCUMENT_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_facts.h"

struct json_t; /* jansson's */

/*
 * Changes the chat in its place. What can be told without loss is then of the
 * type the table says: an id is text, unread is true or false, null for an
 * array is [], [] for an object is {}, seconds are a date. What cannot is kept
 * as it came: dates that do not exist, unknown members. False: it is no JSON
 * object, or has no id.
 */
must_check bool chat_document_shape(struct json_t *chat, struct error *err);

#endif

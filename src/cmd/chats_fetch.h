/* Chats by their ids, fifty in one request. */
#ifndef CMD_CHATS_FETCH_H
#define CMD_CHATS_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attributes.h"
#include "base/error.h"
#include "cmd/chats_out.h"

/* The arguments, each once; owned by the caller. */
json_t *chats_wanted(const struct chats_options *options);

/* The next of them from that place on, as many as one request may name. */
size_t chats_batch(const json_t *ids, size_t from,
                   const char *batch[CHAT_IDS_MAX]);

/*
 * Prints those that are there, in the order of ids (an array of texts, each of
 * which is one id), unless out is NULL; appends the ids of the others to
 * missing.
 */
must_check bool chats_fetch(struct chats_link *link, const json_t *ids,
                            struct chats_out *out, json_t *missing,
                            struct error *err);

/* Says on standard error which are missing; false: there are some. */
bool chats_say_missing(const json_t *missing, struct error *err);

#endif

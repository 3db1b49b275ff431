/*
 * Chats on standard output: as a table, or as a JSON array with one chat a
 * line, written as they come.
 */
#ifndef CMD_CHATS_OUT_H
#define CMD_CHATS_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_pages.h"
#include "cmd/chats_link.h"
#include "cmd/output.h"

/* Which ids were met already. */
struct chats_seen {
    json_t *ids; /* owned */
};
/* False: it was there. */
bool chats_seen_add(struct chats_seen *seen, const char *id);
void chats_seen_clear(struct chats_seen *seen);

struct chats_out {
    struct chats_link *link; /* borrowed: its progress line gives way */
    struct table *table;     /* NULL: JSON */
    bool rows;
    size_t count;
};

/* rows: of a search, which have a preview and little else. */
void chats_out_begin(struct chats_out *out, struct chats_link *link, bool rows);
/* False: standard output takes no more. */
must_check bool chats_out_add(struct chats_out *out, const json_t *chat,
                              struct error *err);
/* Ends what was begun, also after a failure; more: there would be more. */
void chats_out_end(struct chats_out *out, bool ok, bool more);

/* One chat, with all it has. */
void chats_out_whole(json_t *chat);

/* The text by which a chat is known: its message, else what was said first. */
const char *chats_said(const json_t *chat);

#endif

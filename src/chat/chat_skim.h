/*
 * The facts of a chat taken straight out of its JSON, in one pass: for those
 * who search through very many chats. What it tells is what chat_facts_read()
 * tells of the same chat brought into shape.
 */
#ifndef CHAT_CHAT_SKIM_H
#define CHAT_CHAT_SKIM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "chat/chat_facts.h"

/* Memory that is used again for the next chat. All zero at the beginning. */
struct chat_skim {
    char *texts; /* owned */
    size_t texts_size;
    const char **said, **agents; /* owned */
    size_t said_size, agents_size;
    char id[24];
};
void chat_skim_clear(struct chat_skim *skim);

/*
 * json: a chat, or the body of Create Chat, which has no id yet. What is in
 * facts belongs to skim, until the next call: never give it to
 * chat_facts_clear(). False: it is no JSON object.
 */
must_check bool chat_skim_read(struct chat_skim *skim, const char *json,
                               size_t len, struct chat_facts *facts);

#endif

/*
 * What a store needs to know of a chat besides its text: by which it is found,
 * sorted and searched.
 */
#ifndef CHAT_CHAT_FACTS_H
#define CHAT_CHAT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/chat_property.h"
#include "chat/search_match.h"

struct json_t; /* jansson's */

/*
 * Texts are borrowed from the chat; "" when absent. Instants are wall clock,
 * ms; SEARCH_NEVER when the chat tells none that can be read.
 */
struct chat_facts {
    const char *id, *type, *session_id;
    const char *name, *email; /* the visitor's */
    const char *preview;      /* the message; else the first thing said */
    enum chat_kind kind;
    int64_t at;     /* its timestamp, else the beginning of its session */
    int64_t end_at; /* the end of its session, else at and a chat's duration */
    int64_t updated_at; /* update_timestamp, else end_at */
    int64_t ticket_id;  /* 0: none */
    bool unread;
    struct search_subject subject;
    const char **texts, **agent_names; /* owned: subject's lists */
};

/* chat: in the shape of chat_document_shape(); others lack what they lack. */
void chat_facts_read(const struct json_t *chat, struct chat_facts *facts);
void chat_facts_clear(struct chat_facts *facts);

/* What the rest of the facts is told from. Times that are not there are
 * SEARCH_NEVER. */
struct chat_clues {
    bool has_message; /* there is such a member at all */
    const char *rating;
    int64_t timestamp, start_date, end_date, updated;
    int64_t duration; /* seconds */
};

/* For those who read texts, ids and lists themselves: kind, times, subject. */
void chat_facts_complete(struct chat_facts *facts,
                         const struct chat_clues *clues);

#endif

/*
 * What an answer of Zendesk Chat means for an outcome, where that is the same
 * for every call: its status, how long to wait, what may be shown of it.
 */
#ifndef CHAT_CHAT_ANSWER_H
#define CHAT_CHAT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/http_message.h"
#include "chat/chat_reader.h"
#include "submission/outcome.h"

/* Statuses from first to last mean this. reason: static text. */
struct chat_reading {
    int first, last;
    enum outcome_kind kind;
    enum hold_reason hold;
    const char *reason;
};

/* The first that matches; NULL when none does. */
const struct chat_reading *chat_reading_of(const struct chat_reading *readings,
                                           size_t count, int status);

/*
 * Sets outcome to kind and reason with what the answer tells: status, time,
 * Retry-After.
 */
void chat_answer_outcome(const struct http_response *answer, int64_t now,
                         enum outcome_kind kind, const char *reason,
                         struct outcome *outcome);

/*
 * For calls that only look (search, ids=). True: the body is whole and to be
 * read. False: outcome says what was in the way; its kind is `otherwise`, with
 * a hold for 401, 403 and 429.
 */
must_check bool chat_answer_looked(const struct http_response *answer,
                                   int64_t now, enum outcome_kind otherwise,
                                   struct outcome *outcome);

/* What an answer says of the account's limit, which others use, too. */
struct chat_left {
    int64_t requests;
    int64_t for_ms; /* so long, and then more; 0: it does not say */
};
/* False: it says nothing of it. */
must_check bool chat_answer_left(const struct http_response *answer,
                                 struct chat_left *left);

/*
 * Adds to outcome->reason what Zendesk says is wrong, when it says so in JSON
 * and does not repeat what our sender wrote.
 */
void chat_answer_explain(const struct http_response *answer,
                         const struct chat_sent *sent, struct outcome *outcome);

#endif

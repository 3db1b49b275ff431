/* Does a chat match a query? Pure; the store says where to look. */
#ifndef CHAT_SEARCH_MATCH_H
#define CHAT_SEARCH_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "chat/search_query.h"

#define SEARCH_NEVER INT64_MIN /* a chat without that time */

/* What can be asked of a chat. All borrowed; NULL counts as absent. */
struct search_subject {
    const char *type; /* "offline_msg", "chat" */
    const char *rating;
    const char *visitor_name, *visitor_email;
    const char *const *agent_names; /* NULL ends it */
    const char *const *texts;       /* what was said; NULL ends it */
    int64_t at, end_at;             /* wall clock, ms; or SEARCH_NEVER */
};

bool search_matches(const struct search_query *query,
                    const struct search_subject *subject);

/* The words of text, lower case, one space between: what terms are made of. */
void search_words(struct buf *out, const char *text, size_t len);

#endif

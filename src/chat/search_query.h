/*
 * The search language of the Chats API:
 *
 *     visitor_email:joe@example.com AND timestamp:[2014-10-10 TO *] chocolate
 *
 * Clauses stand next to each other or are joined by AND; all of them must be
 * true. A clause is a word, a "quoted phrase", field:word, field:"a phrase",
 * field:* (it has one), or a range of time: [a TO b] with both ends, {a TO b}
 * without, * for an open end. Letters match whatever their case.
 */
#ifndef CHAT_SEARCH_QUERY_H
#define CHAT_SEARCH_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

#define SEARCH_TERMS_MAX 64

enum search_field {
    SEARCH_TEXT, /* no field: anywhere in what was said */
    SEARCH_AGENT_NAMES,
    SEARCH_VISITOR_NAME,
    SEARCH_VISITOR_EMAIL,
    SEARCH_TIMESTAMP,
    SEARCH_END_TIMESTAMP,
    SEARCH_TYPE,
    SEARCH_RATING,
};

struct search_term {
    enum search_field field;
    bool any;         /* field:* */
    char *words;      /* owned; NULL for times. Of texts: lower case, one space
                         between words; of an email, type, rating: as written */
    int64_t from, to; /* times: both included; wall clock, ms */
};

struct search_query {
    struct search_term *terms; /* owned */
    size_t count;
};

/* The error names the place and says what is possible there. */
must_check bool search_query_parse(const char *text, struct search_query *query,
                                   struct error *err);
void search_query_clear(struct search_query *query);

/*
 * The narrowest span of timestamps outside which nothing can match, so that a
 * store with an index of time need not look there. from > to: nothing at all.
 */
void search_query_span(const struct search_query *query, int64_t *from,
                       int64_t *to);

#endif

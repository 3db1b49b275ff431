/*
 * How the sandbox answers where nobody knows how Zendesk does, and how well it
 * feels. One table drives options, `PUT /_sandbox/manner` and its GET.
 */
#ifndef SANDBOX_MANNER_H
#define SANDBOX_MANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"

/* Choices are numbers: 0 is what the reference shows. */
struct manner {
    int64_t latency_ms;        /* before every answer */
    int64_t ticket_delay_ms;   /* from create to zendesk_ticket_id */
    int64_t search_lag_ms;     /* from create to being found */
    int64_t token_lifetime_ms; /* then 401; 0: no end */
    int64_t rate_limit;        /* requests a minute; 0: none */
    double no_ticket;          /* share of chats that never get one */
    double error_rate; /* share answered 500, half of them after acting */
    double lose_request_rate; /* share of creates cut before they are done */
    double lose_answer_rate;  /* share of creates done and then cut */
    int64_t created;          /* the status of a create: 200 or 201 */
    int timestamp_now;        /* the posted timestamp is not kept */
    int id_number;            /* ids of new chats are numbers */
    int department_dropped;   /* the posted department is not kept */
    int tickets_large;        /* tickets have numbers beyond 2^53 */
    int busy_html;            /* the body of 429 */
    int docs_array;           /* ids=: docs is no map */
    int absent_null;          /* ids=: for a chat that is not there, null */
    int no_page;              /* enum chat_no_page */
    int ticket_missing;       /* no ticket: no member, instead of null */
    int unread_number;        /* 0 and 1 */
    int webpath_arrays;       /* its items are [from, to, title, timestamp] */
    int arrays_null;          /* empty arrays are null */
    int dates_impossible;     /* start of the session on a 31st of September */
    int unknown_members;      /* members nobody has heard of */
    int urls_elsewhere;       /* of search results name another host */
};

void manner_default(struct manner *manner);

/* The name of each as an option: "search-lag"; NULL past the last. */
const char *manner_option(size_t number);
/* Sets it from text. False: *expected says what it must be. */
must_check bool manner_set(struct manner *manner, size_t number,
                           const char *text, const char **expected);

/* {"docs": "array", ...}: sets what is named; all or nothing. */
must_check bool manner_read(struct manner *manner, const char *json, size_t len,
                            struct error *err);
/* All of it, as manner_read() takes it. */
void manner_write(const struct manner *manner, struct buf *out);

#endif

/*
 * The thing that travels: what somebody sent us (a message), or what we owe
 * the website's server (a news of it). Values only; queue/ reads and writes
 * them in Redis.
 */
#ifndef SUBMISSION_SUBMISSION_H
#define SUBMISSION_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "submission/stage.h"

#define SUBMISSION_CHAT_ID_MAX 128 /* bytes; longer ids are not believed */
#define SUBMISSION_REASON_SIZE 200

enum submission_kind { SUBMISSION_MESSAGE, SUBMISSION_NEWS };

/* Where it lies in the queue: it is in exactly one of these. */
enum place {
    PLACE_DUE,  /* waits for a worker */
    PLACE_RUN,  /* a worker has it, under a lease */
    PLACE_DEAD, /* buried */
    PLACE_DONE, /* finished */
    PLACE_HELD, /* quarantined */
};

/* What the sender and the operator are told. The names are promises. */
enum state {
    STATE_QUEUED,
    STATE_DELIVERING,
    STATE_DELIVERED,
    STATE_LINKED,
    STATE_UNLINKED,
    STATE_FAILED,
    STATE_QUARANTINED,
    STATE_COUNT,
};

enum callback_state {
    CALLBACK_NONE,
    CALLBACK_PENDING,
    CALLBACK_SENT,
    CALLBACK_FAILED,
};

struct submission {
    /* Facts: written once, at intake. */
    enum submission_kind kind;
    char id[ID_SIZE];
    char *destination; /* owned; names an entry of destinations: */
    char *form;        /* owned; names an entry of forms: */
    char *message;     /* owned; JSON text: the body of Create Chat; for a news
                          NULL; NULL too when it was not asked for or erased */
    char *reference;   /* owned; the submitter's own _reference, or NULL */
    int64_t received_at; /* wall clock, ms */

    /* A news only. */
    char of[ID_SIZE];      /* the message it tells of */
    char *event;           /* owned; "submission.linked" */
    enum state news_state; /* the message's state when the news was made */
    int64_t news_at;       /* when that was; wall clock, ms */
    char *gone;            /* owned; reserved, and its form's receiver has said
                              410: see queue_is_gone(); or NULL */

    /* Progress: only queue/ writes below this line. */
    enum place place;
    enum stage stage;
    unsigned attempts;   /* since accepted or replayed; reconcile starts them
                            again; see verdict.c */
    unsigned looks;      /* answered ones of resolve, since the intent was
                            stored or it was replayed */
    unsigned crashes;    /* leases that ran out */
    unsigned generation; /* replays so far */
    unsigned sequence;   /* changes so far; also counts its news */
    int64_t due_at;      /* not before; wall clock, ms */
    int64_t stage_since; /* when this stage was first entered; ms */
    int64_t intent_at;   /* a post may have left at this time; 0: never */
    int64_t looked_at;   /* last look of resolve; 0: none */
    int64_t updated_at;  /* ms */
    char *chat_id;       /* owned; NULL until Zendesk has named it */
    int64_t ticket_id;   /* 0 until known; may stay 0 for ever */
    enum callback_state callback; /* a message's newest news */
    char *error;                  /* owned; last reason in words, or NULL */
};

void submission_clear(struct submission *submission);
void submission_copy(struct submission *to, const struct submission *from);

/* What the sender is told of it. */
enum state submission_state(const struct submission *submission);
const char *state_name(enum state state); /* "queued" */
must_check bool state_by_name(const char *name, enum state *state);
const char *place_name(enum place place);             /* "due" */
const char *callback_state_name(enum callback_state); /* "pending" */

#endif

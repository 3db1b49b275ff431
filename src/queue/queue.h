/*
 * The queue on Redis: every place a submission can be, and every move between
 * them. One Functions library (scripts/) makes each move atomic; this header is
 * the room's only door. All calls are asynchronous: done is called exactly
 * once, from the loop, never from inside the call; err is NULL when it went
 * well.
 *
 * The promise: an accepted submission is never lost, at most one chat is made
 * of it, and when faults stop it comes to rest. See README.md in this folder.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/secret.h"
#include "config/settings.h"
#include "net/loop.h"
#include "queue/figures.h"
#include "submission/outcome.h"
#include "submission/submission.h"
#include "submission/turn.h"
#include "submission/verdict.h"

struct queue;

/* Settings are held until queue_free(). Connects; loads the library if needed.
 */
struct queue *queue_new(struct loop *loop, struct settings *settings,
                        struct error *err);
void queue_free(struct queue *queue);
void queue_use_settings(struct queue *queue, struct settings *settings);

/* Whether moves can be made now: connected, library loaded, server fit. */
bool queue_ready(const struct queue *queue, const char **why);
/* In words, for operators, why it takes nothing new though it works: the
 * server's memory is full. NULL: it has room, or it is not ready. */
const char *queue_full(const struct queue *queue);
/* What an acceptance rests on, as found out from the server; never ANY. */
enum durability queue_durability(const struct queue *queue);

typedef void queue_done(void *context, const struct error *err);
typedef void queue_count_done(void *context, size_t count,
                              const struct error *err);
/* A person's word on one thing. The count: 0, it is not where that is said. */
typedef void queue_move(struct queue *queue, const char *id,
                        queue_count_done *done, void *context);

/* ---- intake ---- */

struct accept_options {
    const char *key;         /* idempotency key, or a fingerprint standing for
                                one; NULL: none. Scoped to the form here */
    const char *fingerprint; /* of the body; compared when the key is known */
    int64_t key_ttl_ms;
    bool held;              /* straight into quarantine */
    const char *email_hash; /* keyed hash for erasure; NULL: none */
    int64_t deadline_ms; /* in all, repetitions after lost answers included */
    int64_t at; /* what it says it is of; wall clock, ms; 0: received_at */
    const char *session_id; /* what the sender calls its session; NULL: none */
};

enum accept_result {
    ACCEPT_NEW,       /* stored */
    ACCEPT_KNOWN,     /* same key, same fingerprint: id is the first one's */
    ACCEPT_CONFLICT,  /* same key, another fingerprint */
    ACCEPT_FULL,      /* the destination has too many waiting */
    ACCEPT_NO_MEMORY, /* Redis has none left */
    ACCEPT_AWAY,      /* Redis did not answer in time: nothing is promised */
};

/* id is the stored submission's. why is in words for the last three. */
typedef void queue_accepted(void *context, enum accept_result result,
                            const char *id, const char *why);

/* A deadline for somebody who waits: long enough for one lost answer and its
 * repetition; ms. */
int64_t queue_accept_ms(const struct settings *settings);

/*
 * Facts of submission are copied; it was received when its id was made. A lost
 * answer is repeated with the same id.
 */
void queue_accept(struct queue *queue, const struct submission *submission,
                  const struct accept_options *options,
                  queue_accepted *accepted, void *context);

enum bring_result {
    BRING_NEW,      /* stored; or it was there already */
    BRING_KNOWN,    /* same key, same fingerprint: id is the first one's */
    BRING_CONFLICT, /* same key, another fingerprint */
    BRING_ERASED,   /* it was erased since it was received: it is to go. id: the
                       same message by another id, which was erased with it; or
                       its own */
    BRING_OLD,      /* so old that nobody knows whether it was erased */
    BRING_LATER,    /* not now: Redis is away, or full */
};
typedef void queue_brought(void *context, enum bring_result result,
                           const char *id);
/*
 * As queue_accept(), of what was promised while the queue could not take it.
 * doubtful: it may have been in the queue before, and been forgotten since; if
 * it is old enough for that, it is looked for before it is sent.
 */
void queue_bring(struct queue *queue, const struct submission *submission,
                 const struct accept_options *options, bool doubtful,
                 queue_brought *brought, void *context);
/* Whoever asks for `other`, of that form, finds `id`; so does an erasure. One
 * that came in between is done first: counts 1 when it has erased `id`. */
void queue_also(struct queue *queue, const char *id, const char *other,
                const char *form, queue_count_done *done, void *context);

/* found is NULL when there is none (err NULL) or Redis is away (err set). */
typedef void queue_found(void *context, const struct submission *found,
                         const struct error *err);
/* with_message: read the payload too. */
void queue_find(struct queue *queue, const char *id, bool with_message,
                queue_found *found, void *context);

/*
 * changed is called after each change of that submission (any process made it),
 * until queue_unwatch(). Look with queue_find() after watching, so that no
 * change falls between.
 */
struct queue_watch;
struct queue_watch *queue_watch(struct queue *queue, const char *id,
                                void (*changed)(void *context), void *context);
void queue_unwatch(struct queue_watch *watch);

/* ---- work ---- */

/* items: owned by the callback's callee, who frees each submission and the
 * array; count may be 0. next_at: wall clock ms when to ask again at the
 * latest (due item, hold, grace, budget), 0 if nothing is known. Lease ends are
 * given as a boot-clock deadline taken before the request left (own deadline =
 * deadline_at): work must have stopped sending by then. */
struct reservation {
    struct turn_item *items;
    size_t count;
    int64_t deadline_at; /* boot clock, ms: lease end less a margin */
    int64_t next_at;
};
typedef void queue_reserved(void *context, struct reservation *reservation,
                            const struct error *err);
/*
 * stage: DELIVER (which also gives items that must first be looked for, as
 * STAGE_RESOLVE in submission.stage), RECONCILE or CALLBACK. Up to n items.
 * Takes budget: one token per message of deliver, one per call of reconcile.
 */
void queue_reserve(struct queue *queue, const char *destination,
                   enum stage stage, size_t n, queue_reserved *reserved,
                   void *context);

enum settle_result {
    SETTLE_OK,
    SETTLE_HELD, /* ok; and the destination is held: it refuses our token */
    SETTLE_OPEN, /* ok; and the destination is open again after such a hold */
    SETTLE_LOST, /* somebody else has it */
};
typedef void queue_settled(void *context, enum settle_result result,
                           const struct error *err);
/* "I am about to post" is on record, attempt counted, lease renewed. */
void queue_intend(struct queue *queue, const struct turn_item *item,
                  queue_settled *settled, void *context);
void queue_beat(struct queue *queue, const struct turn_item *item,
                queue_settled *settled, void *context);
/*
 * The verdict. Makes the news (verdict->event) in the same step. Repeated when
 * the answer is lost, until the lease must have run out.
 */
void queue_settle(struct queue *queue, const struct turn_item *item,
                  const struct verdict *verdict, queue_settled *settled,
                  void *context);
/*
 * The receiver of a form's callbacks said that it wants no more (410): until
 * the form has another URL, or somebody starts them again. Count 1: that is
 * new. Start: 0, they were not stopped.
 */
void queue_stop_callbacks(struct queue *queue, const struct settings_form *form,
                          queue_count_done *done, void *context);
void queue_start_callbacks(struct queue *queue,
                           const struct settings_form *form,
                           queue_count_done *done, void *context);
/* Whether it said so of this URL. gone: of a news that was reserved. */
#define QUEUE_URL_NAME_SIZE 33
bool queue_is_gone(const char *gone, const char *url);

/* Gives an item back untouched, due in so many ms; or now (a drain). */
void queue_put_off(struct queue *queue, const struct turn_item *item,
                   int64_t ms, queue_settled *settled, void *context);
void queue_give_back(struct queue *queue, const struct turn_item *item,
                     queue_settled *settled, void *context);

/*
 * This process uses the token of that name now. While it is the one that was
 * refused, and other processes have another one, nothing is reserved. Count 1:
 * it is another one than was refused, so a hold for that is over, and one
 * request asks. Tried for ten minutes.
 */
void queue_renew(struct queue *queue, const char *destination, const char *with,
                 queue_count_done *done, void *context);

/* Rings when something may have become due in one of the settings'
 * destinations; missing a ring costs at most a second of polling. */
void queue_on_bell(struct queue *queue, void (*rung)(void *context),
                   void *context);

/* The janitor: reap leases that ran out, sweep what was kept long enough.
 * Runs by itself on the loop from here on; any number of processes may. */
void queue_start_janitor(struct queue *queue);

/* ---- access: tokens got by refreshing, shared by all workers ---- */

/* Whose tokens. chain: names the refresh token of the settings; by: the client
 * it is used as; lock: of this one try, by chance. */
struct access_wish {
    const char *destination, *chain, *by, *lock;
    int64_t doubted;  /* the number of a token that was refused; 0: none */
    int64_t lease_ms; /* so long others leave the refreshing to us */
};
enum access_kind {
    ACCESS_TOKEN,   /* there is one */
    ACCESS_YOURS,   /* refresh it; there may still be one */
    ACCESS_WAIT,    /* somebody else sees to it */
    ACCESS_REFUSED, /* it cannot be refreshed: the destination is held */
};
/* Texts valid only inside the call. */
struct access_grant {
    enum access_kind kind;
    int64_t number;      /* of the token, the last one if there is none */
    const char *token;   /* NULL: none to use now */
    int64_t left_ms;     /* of the token; 0: no end is known */
    int64_t ask_ms;      /* ask again after that */
    const char *refresh; /* ACCESS_YOURS; NULL: the one of the settings */
    unsigned tries;      /* to refresh with it, this one included, of which
                            nobody knows that they did not arrive */
    const char *why;     /* ACCESS_REFUSED */
};
typedef void queue_access_given(void *context, const struct access_grant *grant,
                                const struct error *err);
void queue_access_take(struct queue *queue, const struct access_wish *wish,
                       queue_access_given *given, void *context);

/* What came of number's turn. Count 0: somebody else has stored another. It is
 * tried for half a minute. */
struct access_fresh {
    int64_t number;
    const struct secret *token, *refresh;
    int64_t lifetime_ms; /* 0: no end is known */
};
void queue_access_store(struct queue *queue, const struct access_wish *wish,
                        const struct access_fresh *fresh,
                        queue_count_done *done, void *context);

enum access_failure { ACCESS_UNSENT, ACCESS_UNKNOWN, ACCESS_DENIED };
struct access_failed {
    int64_t number;
    enum access_failure kind;
    int64_t ms;      /* until the next try; DENIED: of the hold, 0: for good */
    const char *why; /* in words; no secrets */
};
void queue_access_fail(struct queue *queue, const struct access_wish *wish,
                       const struct access_failed *failed,
                       queue_count_done *done, void *context);

/* What answers say of the destination itself, gathered. Whoever has nothing but
 * good ones need not report them, unless bad ones were reported before. */
struct weather {
    unsigned lost;       /* all bad ones */
    unsigned good, bad;  /* bad: since the last good one */
    int64_t left;        /* requests that it still allows; -1: it is silent */
    int64_t left_for_ms; /* so long, and then more; 0: it does not say */
};
enum breaker_change {
    BREAKER_AS_BEFORE,
    BREAKER_OPENED,
    BREAKER_FAILED, /* a probe was not answered either */
    BREAKER_CLOSED,
};
/* probe_ms: to the next probe. */
typedef void queue_weather_heard(void *context, enum breaker_change change,
                                 int64_t probe_ms, const struct error *err);
void queue_report(struct queue *queue, const char *destination,
                  const struct weather *weather, queue_weather_heard *heard,
                  void *context);

/* ---- operators ---- */

/* A buried submission (or failed news) is due again; generation as seen, else
 * count 0. It looks before it posts when a post may have left. replay names who
 * asks, by an id: the same one may ask again, and is told the same. */
void queue_replay(struct queue *queue, const char *id, unsigned generation,
                  const char *replay, queue_count_done *done, void *context);

queue_move queue_release; /* out of quarantine */
queue_move queue_discard; /* quarantined: away */
/* Erase: item, payload, indexes, news. Should it still wait in a journal, there
 * or not (count 0), it is not taken when it comes. */
queue_move queue_forget;

/*
 * A person's address as the queue knows it: keyed with the settings' secret, so
 * that another secret finds nothing of before. email: see base/email.h.
 */
#define QUEUE_EMAIL_HASH_SIZE 33
void queue_email_hash(const struct settings *settings, const char *email,
                      char hash[QUEUE_EMAIL_HASH_SIZE]);
/* Forgets everything of that person, in all destinations there ever were. */
void queue_forget_email(struct queue *queue, const char *email,
                        queue_count_done *done, void *context);

/*
 * Destinations that the settings do not have, and that still have something in
 * Redis, because they were renamed or removed. The list is valid only inside
 * the call.
 */
struct left {
    char name[ID_NAME_MAX + 1];
    int64_t waiting;   /* due, or in a worker's hands; news included */
    int64_t set_aside; /* buried, or in quarantine */
    int64_t kept;      /* finished */
};
typedef void queue_left_found(void *context, const struct left *list,
                              size_t count, const struct error *err);
void queue_left(struct queue *queue, queue_left_found *found, void *context);

/* A hold by reason; until_ms wall clock, 0: until resumed. */
void queue_hold(struct queue *queue, const char *destination,
                enum hold_reason reason, int64_t until_ms, queue_done *done,
                void *context);
void queue_resume(struct queue *queue, const char *destination,
                  queue_done *done, void *context);

/* ---- as the Chats API shows them ---- */

/* A message that is held. All borrowed, for the call only. */
struct held {
    const char *id;
    const char *body; /* what is posted: JSON; NULL: erased */
    size_t body_len;
    const char *session_id; /* what its sender called its session, or NULL */
    int64_t at;             /* what it says it is of; wall clock, ms */
    int64_t updated_at; /* received, ticket known, or marked; wall clock, ms */
    int64_t ticket_id;  /* 0: none yet */
    bool unread;
};
typedef void queue_held(void *context, const struct held *list, size_t count,
                        const struct error *err);

/*
 * The messages of that destination among these ids, in any order. At most 1000.
 * What is more than 64 MiB in all is an error (ERROR_INPUT).
 */
void queue_held_find(struct queue *queue, const char *destination,
                     const char *const *ids, size_t count, queue_held *found,
                     void *context);

/* A place in the order of receipt; of equal times, the ids' order. */
struct held_spot {
    int64_t at; /* wall clock, ms */
    char id[ID_SIZE];
};
struct held_page {
    const char *destination;
    bool newer;                   /* towards the newest; else older */
    const struct held_spot *from; /* exclusive; NULL: the newest */
    size_t limit;
};
/* In the order read. more: there are others beyond. */
struct held_paged {
    const struct held *list;
    const struct held_spot *spots; /* of the list, one by one */
    size_t count;
    bool more;
    uint64_t total; /* of the destination */
};
typedef void queue_held_paged(void *context, const struct held_paged *page,
                              const struct error *err);
void queue_held_page(struct queue *queue, const struct held_page *page,
                     queue_held_paged *paged, void *context);

/* A slice of what is gone through, in its order. False: enough. */
typedef bool queue_held_slice(void *context, const struct held *list,
                              size_t count);

/*
 * The messages by the second of their last change and, within it, by id: those
 * after (second, id), a slice at a time. The running second and the last one
 * are left out: they are not complete.
 */
struct held_since {
    const char *destination;
    int64_t second;
    const char *id; /* "": all of that second */
    size_t limit;   /* at most 1000 */
};
/* end: where it goes on; its at is in seconds. It is not told by the last one
 * that was shown, which may have changed again, or be gone. */
typedef void queue_held_changed(void *context, const struct held_spot *end,
                                const struct error *err);
void queue_held_changes(struct queue *queue, const struct held_since *since,
                        queue_held_slice *slice, queue_held_changed *done,
                        void *context);

/*
 * Goes through the messages that may be of that span of time, each once, a
 * slice at a time, so that no command keeps Redis from others for long. Those
 * with a body have no more than id and body.
 */
struct held_scan {
    const char *destination;
    const char *email; /* only those with this address; NULL: all */
    int64_t from, to;  /* what they say they are of; wall clock, ms */
};
void queue_held_scan(struct queue *queue, const struct held_scan *scan,
                     queue_held_slice *slice, queue_done *done, void *context);

/* Whether a person has read it. The count: 0, there is no such message. */
void queue_mark(struct queue *queue, const char *id, bool unread,
                queue_count_done *done, void *context);

/*
 * A walk through a destination, newest first, for lists that are read page by
 * page and for looking through everything.
 */
struct walk_filter {
    const char *destination; /* required; an id's beginning */
    const char *form;        /* NULL: any */
    const char *reason;      /* words in the last reason; NULL: any */
    const char *search;      /* words in the id or the message; NULL: any */
    const char *email;       /* the visitor's address; NULL: any */
    bool by_state;
    enum state state;     /* failed: all that is buried, news included */
    int64_t since, until; /* received_at, ms; 0: open */
    const char *before;   /* goes on after this id; NULL: from the newest */
    size_t limit;         /* finds no more than that */
    size_t look_at;       /* looks at no more than that; 0: no limit */
    bool with_message;    /* those that are found have theirs */
};
/* Whether it is one of them; for words and addresses it must have its message.
 */
bool queue_fits(const struct walk_filter *filter,
                const struct submission *submission);
/* stopped: where to go on; NULL: there is no more. The list and all texts are
 * valid only inside the call. */
typedef void queue_walked(void *context, const struct submission *list,
                          size_t count, const char *stopped,
                          const struct error *err);
void queue_walk(struct queue *queue, const struct walk_filter *filter,
                queue_walked *walked, void *context);

/* One line of an item's life, for `show`. Owned by the list. */
struct attempt {
    int64_t at; /* wall clock, ms */
    char *text; /* "deliver unknown status=0 took_ms=20000 next=resolve: ..." */
};
typedef void queue_history(void *context, const struct attempt *list,
                           size_t count, const struct error *err);
void queue_attempts(struct queue *queue, const char *id, queue_history *history,
                    void *context);

#include "queue/replay.h"

#endif

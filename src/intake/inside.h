/* What the files of this folder share about the intake and its requests. */
#ifndef INTAKE_INSIDE_H
#define INTAKE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/settings.h"
#include "intake/intake.h"
#include "journal/journal.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "net/peers.h"
#include "queue/queue.h"
#include "reception/reception.h"

struct look;
struct relay_chats;
struct handed;

struct intake {
    struct loop *loop;          /* borrowed */
    struct reception reception; /* outlives intake_free() */
    struct settings *settings;  /* one hold */
    struct relay_chats *chats;  /* owned */
    struct look *looks;         /* list of those waiting: look.c */
    struct peers *waiting;      /* owned; how many of them each sender has */
    struct handed *handed; /* list of those not in the queue yet: hand_in.c */
    size_t open;           /* calls of the queue still to be answered */
    bool demo, draining;
    bool over; /* intake_free() was called: goes when open is 0 */
};

/*
 * Around every call of the queue that answers later: enter before it, leave in
 * its callback, as the last thing. The intake lives until then.
 */
void intake_enter(struct intake *intake);
void intake_leave(struct intake *intake);

/* One request, while its handler runs. */
struct request {
    struct intake *intake;
    struct settings *settings; /* hold it to keep it */
    struct http_exchange *exchange;
    const char *name; /* what stands for "{}" in the route's path, or "" */
};

/* Handlers, by file. */
typedef void handler(struct request *request);
handler post_form, preflight_form, describe_form;      /* post.c, describe.c */
handler get_status, preflight_status, get_status_page; /* status.c */
handler get_home, get_asset, get_openapi, get_problem; /* pages.c */

/* Finds the row for the request and runs its handler. */
void routes_handle(struct request *request);

/* A page: HTML with the headers that keep it to itself. */
void pages_answer(struct http_exchange *exchange, int status,
                  const struct buf *html);
/* An error for a person with a browser; detail NULL: words for visitors. */
void pages_problem(struct http_exchange *exchange, const char *type,
                   const char *detail);
/*
 * The same for a post that was refused: words for visitors and, where only the
 * website's owner can mend it, why (NULL: the type's advice).
 */
void pages_refusal(struct http_exchange *exchange, const char *type,
                   const char *why);

#endif

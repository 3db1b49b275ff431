/*
 * Looks: watch, then read, then answer or wait for the next change. See
 * look.h. What is answered stands in look_kinds.c. A look lives on without its
 * exchange while a read is still under way.
 */
#include "intake/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "intake/look_inside.h"
#include "intake/sender.h"

#include "base/banned.h"

static void look_free(struct look *look)
{
    settings_release(look->settings);
    free(look->known);
    free(look);
}

/* The client is answered or gone; what remains waits for an open read. */
void look_close(struct look *look)
{
    look->exchange = NULL;
    if (look->watch)
        queue_unwatch(look->watch);
    look->watch = NULL;
    timer_free(look->timer);
    look->timer = NULL;
    if (look->counted)
        peers_remove(look->intake->waiting, &look->sender);
    look->counted = false;
    if (look->link) {
        *look->link = look->next;
        if (look->next)
            look->next->link = look->link;
        look->link = NULL;
    }
    if (!look->reading)
        look_free(look);
}

static void found(void *context, const struct submission *submission,
                  const struct error *err);
static void changed(void *context);

static void read_now(struct look *look)
{
    look->again = look->reading;
    if (look->reading)
        return;
    look->reading = true;
    intake_enter(look->intake);
    reception_find(&look->intake->reception, look->id, found, look);
}

/* The id that was asked for only stands for another one: that one's changes
 * count, those from before we watched it included. */
static void follow(struct look *look, const struct submission *submission)
{
    if (!submission || strcmp(submission->id, look->id) == 0)
        return;
    snprintf(look->id, sizeof(look->id), "%s", submission->id);
    if (!look->watch)
        return;
    queue_unwatch(look->watch);
    look->watch =
        queue_watch(look->intake->reception.queue, look->id, changed, look);
    look->again = true;
}

static void found(void *context, const struct submission *submission,
                  const struct error *err)
{
    struct look *look = context;
    struct intake *intake = look->intake;
    bool again;

    follow(look, submission);
    again = look->again;
    look->reading = look->again = false;
    if (!look->exchange)
        look_free(look);
    else if (!look->ops->tell(look, submission, err) && again)
        read_now(look);
    intake_leave(intake);
}

static void changed(void *context)
{
    read_now(context);
}

static void timer_rang(void *context)
{
    struct look *look = context;

    look->ops->rang(look);
}

/* Whatever is found next is the answer. */
void look_hurry(struct look *look)
{
    look->last = true;
    read_now(look);
}

static void client_gone(void *context)
{
    look_close(context);
}

static void enlist(struct look *look)
{
    struct intake *intake = look->intake;

    look->next = intake->looks;
    look->link = &intake->looks;
    if (look->next)
        look->next->link = &look->next;
    intake->looks = look;
}

/* Behind a proxy all connections are the proxy's: so what keeps one open for
 * long is counted by who has sent it. */
static bool has_room(struct look *look)
{
    char text[ADDRESS_TEXT_SIZE];

    sender_address(look->settings, http_peer(look->exchange),
                   http_header(look->exchange, "X-Forwarded-For"), text);
    look->counted = address_parse(text, &look->sender) &&
                    peers_add(look->intake->waiting, &look->sender);
    return look->counted;
}

void look_start(struct look *look, int64_t timer_ms)
{
    enlist(look);
    look->last = look->last || look->intake->draining;
    if (timer_ms && !look->last && !has_room(look))
        look->last = true;
    if (timer_ms && !look->last) {
        http_on_gone(look->exchange, client_gone, look);
        look->timer = timer_new(look->intake->loop, timer_rang, look);
        timer_start(look->timer, timer_ms);
        look->watch =
            queue_watch(look->intake->reception.queue, look->id, changed, look);
    }
    read_now(look);
}

struct look *look_new(struct intake *intake, struct settings *settings,
                      struct http_exchange *exchange, const char *id)
{
    struct look *look = NEW(struct look);

    look->intake = intake;
    look->settings = settings_hold(settings);
    look->exchange = exchange;
    snprintf(look->id, sizeof(look->id), "%s", id);
    return look;
}

void look_hurry_all(struct intake *intake)
{
    for (struct look *look = intake->looks; look; look = look->next)
        look_hurry(look);
}

void look_end_all(struct intake *intake)
{
    const struct error err = {ERROR_LATER, "the server is stopping"};

    while (intake->looks) {
        struct look *look = intake->looks;

        look->last = true;
        look->ops->tell(look, NULL, &err);
    }
}

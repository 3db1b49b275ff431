/* The intake as a whole: what it holds, and how it ends. See intake.h. */
#include "intake/intake.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "intake/hand_in.h"
#include "intake/inside.h"
#include "intake/look.h"
#include "intake/sender.h"
#include "relay_chats/relay_chats.h"

#include "base/banned.h"

struct intake *intake_new(struct loop *loop, struct settings *settings,
                          struct queue *queue)
{
    struct intake *intake = NEW(struct intake);

    intake->loop = loop;
    intake->reception.queue = queue;
    intake->settings = settings_hold(settings);
    intake->chats = relay_chats_new(settings, queue);
    intake->waiting = peers_new(settings->limits.connections_per_address);
    return intake;
}

static void end_when_over(struct intake *intake)
{
    if (!intake->over || intake->open)
        return;
    settings_release(intake->settings);
    peers_free(intake->waiting);
    free(intake);
}

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    intake->over = true;
    intake_enter(intake);
    relay_chats_free(intake->chats);
    look_end_all(intake);
    hand_in_end_all(intake);
    intake_leave(intake);
}

bool intake_spares(void *context, const struct address *address)
{
    const struct intake *intake = context;

    return sender_trusted(intake->settings, address);
}

void intake_enter(struct intake *intake)
{
    intake->open++;
}

void intake_leave(struct intake *intake)
{
    intake->open--;
    end_when_over(intake);
}

void intake_use_settings(struct intake *intake, struct settings *settings)
{
    struct settings *old = intake->settings;

    intake->settings = settings_hold(settings);
    settings_release(old);
    relay_chats_use_settings(intake->chats, settings);
}

void intake_use_journal(struct intake *intake, struct journal *journal)
{
    intake->reception.journal = journal;
    relay_chats_use_journal(intake->chats, journal);
}

void intake_show_demo(struct intake *intake, bool demo)
{
    intake->demo = demo;
}

void intake_drain(struct intake *intake)
{
    intake->draining = true;
    look_hurry_all(intake);
}

void intake_handle(void *context, struct http_exchange *exchange)
{
    struct intake *intake = context;
    struct request request = {
        .intake = intake,
        .settings = intake->settings,
        .exchange = exchange,
        .name = "",
    };

    routes_handle(&request);
}

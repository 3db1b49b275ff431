/*
 * A turn in flight: reserved items, the stage they are in, and the request that
 * is under way for them. Ends by settling every item.
 */
#ifndef DAEMON_FLIGHT_H
#define DAEMON_FLIGHT_H

#include "access/access.h"
#include "config/settings.h"
#include "daemon/weather.h"
#include "net/http_client.h"
#include "net/loop.h"
#include "queue/queue.h"
#include "submission/turn.h"

struct flight;

/* What flights need of their worker; borrowed for as long as one flies. */
struct flight_deck {
    struct loop *loop;
    struct queue *queue;
    struct http_client *client;
    struct access *access;           /* NULL: every token is set */
    struct weather_station *weather; /* NULL: nobody wants to know */
};

struct flight_end {
    enum stage next; /* of the last item settled, for whoever wants to look */
    int64_t due_at;  /* at it soon */
    bool heard;      /* an answer came, whatever it was */
    const struct settings_form *gone; /* whose callback was answered 410, or
                                         NULL; for the call only */
    bool refused; /* the destination does not accept the token */
};

typedef void flight_landed(void *context, const struct flight_end *end);

/* What a flight carries. */
struct flight_load {
    struct turn_item *items; /* taken over; all of one stage */
    size_t count;
    int64_t deadline_at; /* boot clock, ms; nothing is sent after it */
    bool unwanted;       /* see struct turn */
};

/*
 * Holds settings until it has landed. landed is called once, never from inside
 * this call.
 */
struct flight *flight_start(const struct flight_deck *deck,
                            struct settings *settings,
                            const struct flight_load *load,
                            flight_landed *landed, void *context);

/* Drops it as it is, settling nothing: the leases bring its items back. */
void flight_abandon(struct flight *flight);

#endif

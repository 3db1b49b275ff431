/*
 * The operators' API: what is where, one submission's life, replays, erasure,
 * pauses. One call per request; it answers the exchange, now or later. Only
 * bearers of a token of the settings are let in, by what their roles allow, and
 * every change is a line in the log with the token's name.
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "config/settings.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "queue/queue.h"

struct admin;

/* The queue outlives it. */
struct admin *admin_new(struct settings *settings, struct queue *queue);
void admin_free(struct admin *admin);
void admin_use_settings(struct admin *admin, struct settings *settings);

/* /readyz says from here on that the server is stopping. */
void admin_drain(struct admin *admin);

/* The http_handler of the operators' listener; context is the admin. */
void admin_handle(void *admin, struct http_exchange *exchange);

#endif

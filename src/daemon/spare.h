/*
 * Memory that was needed for a while and is free again goes back to the system.
 * Without it a process keeps what it had at its busiest moment, for ever, since
 * a few blocks that are in use lie between those that are not.
 */
#ifndef DAEMON_SPARE_H
#define DAEMON_SPARE_H

#include "net/loop.h"

struct spare;

/* Looks every ten seconds, from the loop. */
struct spare *spare_new(struct loop *loop);
void spare_free(struct spare *spare); /* NULL is well */

#endif

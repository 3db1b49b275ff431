/*
 * A lane: one stage of one destination in one worker. Keeps up to its limit of
 * turns in flight, asks the queue for more when there is room, when the bell
 * rings, when something is about to be due, and once a second at the latest.
 */
#ifndef DAEMON_LANE_H
#define DAEMON_LANE_H

#include "daemon/flight.h"

struct lane;

struct lane_options {
    const char *destination; /* copied */
    enum stage stage;        /* deliver (and resolve), reconcile, callback */
    size_t flights;          /* most turns at once */
    size_t batch;            /* items of one turn: 1, or 50 */
    /* Called when a turn has landed; the worker wakes the lane of next. */
    flight_landed *landed;
    void *context;
};

struct lane *lane_new(const struct flight_deck *deck, struct settings *settings,
                      const struct lane_options *options);

/* Abandons what still flies: the leases bring it back. */
void lane_free(struct lane *lane);

void lane_use_settings(struct lane *lane, struct settings *settings);

/* Ask again now, or at that time (wall clock, ms) if that is sooner than
 * planned. */
void lane_wake(struct lane *lane);
void lane_wake_at(struct lane *lane, int64_t at);

/* Off: takes no more work, finishes what it has. On again: asks at once. */
void lane_take_work(struct lane *lane, bool on);
size_t lane_flying(const struct lane *lane); /* turns, questions asked, and
                                              what is being given back */

const char *lane_destination(const struct lane *lane);
enum stage lane_stage(const struct lane *lane);

#endif

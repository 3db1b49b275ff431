/*
 * Whom callbacks go to, by scheme, host and port: how many are on their way to
 * each, and how many may be. One that does not answer gets few at a time, so
 * that it leaves the others their room.
 */
#ifndef DAEMON_TARGETS_H
#define DAEMON_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TARGET_MOST   32 /* at once to one that answers */
#define TARGET_SILENT 2  /* to one that did not answer the last time */

struct target {
    char *origin; /* owned */
    size_t flying;
    bool silent;
    int64_t took_ms; /* the last one */
    int64_t slot_at; /* boot clock, ms: when the last one put off comes back */
};

struct targets {
    struct target **list; /* owned, and so is each of them */
    size_t count;
};

void targets_clear(struct targets *targets);

/* The one of this URL; made when there is none. NULL for what is no URL. */
struct target *targets_find(struct targets *targets, const char *url);

/* True: it is on its way now, until target_landed(). */
bool target_admit(struct target *target);
/* heard: an answer came, whatever it was. */
void target_landed(struct target *target, bool heard, int64_t took_ms);

/*
 * For one that was not admitted: when to try again, in ms. Each gets a later
 * time, about as fast as there will be room. now: boot clock, ms.
 */
int64_t target_put_off_ms(struct target *target, int64_t now);

#endif

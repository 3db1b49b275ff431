/*
 * The line that says how far a replay is, on standard error, and only on a
 * terminal.
 */
#ifndef CMD_REPLAY_BAR_H
#define CMD_REPLAY_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "queue/queue.h"

#define REPLAY_BAR_MAX 512 /* bytes */

struct replay_bar {
    bool shown;  /* there is a terminal */
    bool colour; /* and it may be coloured */
    bool drawn;  /* the line stands there now */
    /* What came to rest, once a second: for the speed of the last minute. */
    struct {
        int64_t at, rest; /* boot clock, ms */
    } samples[64];
    size_t sample_count;
};

void replay_bar_begin(struct replay_bar *bar);
/* away: why nothing new is known; NULL: it is. */
void replay_bar_draw(struct replay_bar *bar, const struct replay *replay,
                     const struct replay_fates *fates, const char *away);
/* Takes the line away, before something else is printed. */
void replay_bar_clear(struct replay_bar *bar);

/* What it draws, for a terminal of so many columns: for tests. speed: in
 * thousandths a minute; 0: not known yet. */
void replay_bar_text(struct buf *out, const struct replay *replay,
                     const struct replay_fates *fates, const char *away,
                     int64_t speed, size_t columns);

#endif

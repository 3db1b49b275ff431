/* One chat of the store: its texts and lists in one piece of memory. */
#ifndef SANDBOX_STORED_H
#define SANDBOX_STORED_H

#include "sandbox/store.h"

/* Fills what comes from the arrival, but its links; id is copied too. */
void stored_lay(struct stored *stored, const char *id,
                const struct arrival *arrival);

/* Drops what nobody needs of a chat that is gone. */
void stored_shrink(struct stored *stored);

void stored_clear(struct stored *stored);

#endif

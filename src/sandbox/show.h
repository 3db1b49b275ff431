/* A stored chat as JSON, in the manner that is asked for. */
#ifndef SANDBOX_SHOW_H
#define SANDBOX_SHOW_H

#include <stdint.h>

#include "base/buf.h"
#include "sandbox/manner.h"
#include "sandbox/store.h"

/* now: wall clock, ms. */
void show_chat(const struct stored *stored, const struct manner *manner,
               int64_t now, struct buf *out);

#endif

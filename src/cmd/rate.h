/* How many a minute, as a person writes it. */
#ifndef CMD_RATE_H
#define CMD_RATE_H

#include "base/attributes.h"
#include "base/error.h"

/* "30/min" or "30"; "none", which is 0, where that is allowed. */
must_check bool rate_read(const char *text, unsigned *rate, struct error *err);
must_check bool rate_read_or_none(const char *text, unsigned *rate,
                                  struct error *err);

#endif

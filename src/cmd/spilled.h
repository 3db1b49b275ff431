/* What lies in the spill journal of this machine, for `status`. */
#ifndef CMD_SPILLED_H
#define CMD_SPILLED_H

#include <jansson.h>

#include "config/settings.h"

/* A line for people, when there is something to tell. */
void spilled_print(const struct settings *settings);
/* {"waiting", "oldest", "files", "bytes", "damaged"}; null: cannot be read. */
json_t *spilled_json(const struct settings *settings);

#endif

/* The operator is told that a destination refuses our token, and of the end. */
#ifndef DAEMON_REFUSAL_H
#define DAEMON_REFUSAL_H

#include <stdbool.h>

#include "config/settings.h"
#include "submission/outcome.h"

/* Whether an answer of that status is about our token. */
bool refusal_is(int status);

/* It is held, for the first time or again; by what came of that stage. */
void refusal_log_hold(const struct settings_destination *destination,
                      enum stage stage, const struct outcome *outcome);
/* The one that asked before the others was let in. */
void refusal_log_end(const struct settings_destination *destination);

#endif

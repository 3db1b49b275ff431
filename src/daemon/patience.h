/* How long a stage tries, out of the settings. */
#ifndef DAEMON_PATIENCE_H
#define DAEMON_PATIENCE_H

#include "config/settings.h"
#include "submission/verdict.h"

void patience_for(const struct settings_destination *destination,
                  enum stage stage, struct patience *patience);

#endif

/* How long a stage tries, out of the settings. */
#ifndef DAEMON_PATIENCE_H
#define DAEMON_PATIENCE_H

#include "config/settings.h"
#include "submission/verdict.h"

void patience_for(const struct settings_destination *destination,
                  enum stage stage, struct patience *patience);

/* Whether the form wants to hear of that event ("submission.linked"). */
bool patience_wants_news(const struct settings_form *form, const char *event);

#endif

/* Destinations that the settings do not have, and what is left of them. */
#ifndef CMD_STATUS_LEFT_H
#define CMD_STATUS_LEFT_H

#include "cmd/ask.h"

/* A paragraph each. config: as given, or NULL. */
void status_print_left(const struct lefts *lefts, const char *config);

#endif

/* What `status` says below its table. See status_weather.c. */
#ifndef CMD_STATUS_WEATHER_H
#define CMD_STATUS_WEATHER_H

#include <stdint.h>

#include "queue/queue.h"

/* config: as it was given to the command, so that what is to be typed next is
 * whole; or NULL. now: wall clock, ms. */
void status_print_weather(const char *name, const struct tally *tally,
                          const char *config, int64_t now);

#endif

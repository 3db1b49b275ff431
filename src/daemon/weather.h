/*
 * What the answers of destinations say of these themselves, gathered and told
 * to the queue, where all workers share it: see "The breaker" in
 * queue/README.md.
 */
#ifndef DAEMON_WEATHER_H
#define DAEMON_WEATHER_H

#include "base/http_message.h"
#include "config/settings.h"
#include "net/loop.h"
#include "queue/queue.h"

struct weather_station;

/* Both are borrowed. Freed before the queue, which tells it its last answers.
 */
struct weather_station *weather_station_new(struct loop *loop,
                                            struct queue *queue);
void weather_station_free(struct weather_station *station); /* accepts NULL */

/* An answer, or that there was none. station NULL: nobody wants to know. */
void weather_seen(struct weather_station *station,
                  const struct settings_destination *destination,
                  const struct http_response *answer);

#endif

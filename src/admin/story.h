/* One line of an item's life, taken apart. */
#ifndef ADMIN_STORY_H
#define ADMIN_STORY_H

#include <jansson.h>

#include "queue/queue.h"

/*
 * {"at", "stage", "event", "outcome", "status", "took_ms", "next", "reason",
 * "text"}: what the line does not say is null; text is the line.
 */
json_t *story_attempt(const struct attempt *attempt);

#endif

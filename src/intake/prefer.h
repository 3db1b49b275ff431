/* What a client would like: the Prefer and Accept headers. */
#ifndef INTAKE_PREFER_H
#define INTAKE_PREFER_H

#include <stdbool.h>
#include <stdint.h>

#define PREFER_WAIT_MAX_MS 30000

/* `Prefer: wait=N` (RFC 7240) in ms, cut at 30 s; 0: not asked for. */
int64_t prefer_wait_ms(const char *header);

/* Whether an Accept header names this type; "*" and absence do not count. */
bool accept_names(const char *header, const char *type);

#endif

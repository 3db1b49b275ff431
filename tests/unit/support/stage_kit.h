/*
 * Runs a stage on answers from a table: no server, no clock. Gives a turn of
 * messages of one destination "support", and asks the stage in the engine's
 * place.
 */
#ifndef STAGE_KIT_H
#define STAGE_KIT_H

#include "config/settings.h"
#include "submission/turn.h"

#define KIT_NOW INT64_C(1795338000000) /* 2026-11-22T09:00:00Z */

struct kit {
    const struct stage_ops *ops;
    struct settings_destination destination;
    struct settings_form form;
    struct turn_item items[TURN_ITEMS_MAX];
    struct turn turn;
    struct step step;
    int64_t took_ms;         /* of the next answer */
    const char *retry_after; /* header of the next answer, or NULL */
};

/* count items, received a minute ago; change what the test needs. */
void kit_open(struct kit *kit, const struct stage_ops *ops, size_t count);
void kit_close(struct kit *kit);

void kit_begin(struct kit *kit);
/* The answer to the request under way; asserts that there is one. */
void kit_answer(struct kit *kit, int status, const char *body);
/* No whole answer came. status: of a head that was read, or 0. */
void kit_no_answer(struct kit *kit, enum http_fate fate, int status);

/* Of the first item; asserts that the turn has finished. */
const struct outcome *kit_outcome(const struct kit *kit);
/* A header of the request under way. */
const char *kit_header(const struct kit *kit, const char *name);

#endif

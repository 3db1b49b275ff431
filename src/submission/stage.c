/* The table of moves, and the names of stages and outcomes. See stage.h. */
#include "submission/stage.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/banned.h"

/* clang-format off */
static const char *const stage_names[STAGE_COUNT] = {
    [STAGE_DELIVER]   = "deliver",
    [STAGE_RESOLVE]   = "resolve",
    [STAGE_RECONCILE] = "reconcile",
    [STAGE_CALLBACK]  = "callback",
    [STAGE_FINISHED]  = "finished",
    [STAGE_BURIED]    = "buried",
};

static const char *const outcome_names[OUTCOME_COUNT] = {
    [OUTCOME_DONE]    = "done",
    [OUTCOME_REFUSED] = "refused",
    [OUTCOME_BUSY]    = "busy",
    [OUTCOME_UNKNOWN] = "unknown",
    [OUTCOME_SPENT]   = "spent",
};

/*
 * Every way there is. What has come to rest stays there; only a person moves
 * it, and that is the queue's affair.
 */
#define TO(next) STAGE_##next
static const enum stage moves[STAGE_COUNT][OUTCOME_COUNT] = {
    /*                     done           refused       busy           unknown        spent */
    [STAGE_DELIVER]   = { TO(RECONCILE), TO(BURIED),   TO(DELIVER),   TO(RESOLVE),   TO(BURIED) },
    [STAGE_RESOLVE]   = { TO(RECONCILE), TO(BURIED),   TO(DELIVER),   TO(RESOLVE),   TO(BURIED) },
    [STAGE_RECONCILE] = { TO(FINISHED),  TO(FINISHED), TO(RECONCILE), TO(RECONCILE), TO(FINISHED) },
    [STAGE_CALLBACK]  = { TO(FINISHED),  TO(BURIED),   TO(CALLBACK),  TO(CALLBACK),  TO(BURIED) },
    [STAGE_FINISHED]  = { TO(FINISHED),  TO(FINISHED), TO(FINISHED),  TO(FINISHED),  TO(FINISHED) },
    [STAGE_BURIED]    = { TO(BURIED),    TO(BURIED),   TO(BURIED),    TO(BURIED),    TO(BURIED) },
};
#undef TO
/* clang-format on */

enum stage stage_after(enum stage stage, enum outcome_kind outcome)
{
    assert(stage < STAGE_COUNT && outcome < OUTCOME_COUNT);
    return moves[stage][outcome];
}

const char *stage_name(enum stage stage)
{
    assert(stage < STAGE_COUNT);
    return stage_names[stage];
}

const char *outcome_name(enum outcome_kind outcome)
{
    assert(outcome < OUTCOME_COUNT);
    return outcome_names[outcome];
}

bool stage_by_name(const char *name, enum stage *stage)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (strcmp(name, stage_names[i]) != 0)
            continue;
        *stage = (enum stage)i;
        return true;
    }
    return false;
}

/* Outcomes as values, and the names of holds. See outcome.h. */
#include "submission/outcome.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* clang-format off */
static const char *const hold_names[HOLD_COUNT] = {
    [HOLD_NONE]        = "none",
    [HOLD_RATE_LIMIT]  = "rate_limit",
    [HOLD_CREDENTIALS] = "credentials",
    [HOLD_FORBIDDEN]   = "forbidden",
    [HOLD_OPERATOR]    = "operator",
};
/* clang-format on */

void outcome_set(struct outcome *outcome, enum outcome_kind kind,
                 const char *reason)
{
    memset(outcome, 0, sizeof(*outcome));
    outcome->kind = kind;
    outcome->retry_after_ms = -1;
    if (reason)
        snprintf(outcome->reason, sizeof(outcome->reason), "%s", reason);
}

const char *hold_reason_name(enum hold_reason reason)
{
    assert(reason < HOLD_COUNT);
    return hold_names[reason];
}

bool hold_reason_by_name(const char *name, enum hold_reason *reason)
{
    for (size_t i = 0; i < HOLD_COUNT; i++) {
        if (strcmp(name, hold_names[i]) != 0)
            continue;
        *reason = (enum hold_reason)i;
        return true;
    }
    return false;
}

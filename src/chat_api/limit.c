/*
 * A minute begins with its first request, and ends with all that was left of
 * it. See limit.h.
 */
#include "chat_api/limit.h"

#include <stdlib.h>

#include "base/alloc.h"

#include "base/banned.h"

#define MINUTE_MS 60000

/* The caller's, else one that is over, else a new one. There are as many as
 * callers within a minute: few, as each has been given a token. */
static struct limit_pool *find(struct limit *limit, const void *who,
                               int64_t now)
{
    struct limit_pool *found = NULL;

    for (size_t i = 0; i < limit->count; i++) {
        struct limit_pool *pool = &limit->pools[i];

        if (pool->who == who && now < pool->until)
            return pool;
        if (now >= pool->until)
            found = pool;
    }
    if (!found) {
        limit->pools =
            alloc_resize(limit->pools, limit->count + 1, sizeof(*limit->pools));
        found = &limit->pools[limit->count++];
    }
    *found = (struct limit_pool){.who = who, .until = now + MINUTE_MS};
    return found;
}

bool limit_take(struct limit *limit, const void *who, int64_t now,
                struct limit_stand *stand)
{
    struct limit_pool *pool;
    bool ok;

    if (limit->per_minute == 0)
        return true;
    pool = find(limit, who, now);
    ok = pool->used < limit->per_minute;
    if (ok)
        pool->used++;
    stand->per_minute = limit->per_minute;
    stand->left = limit->per_minute - pool->used;
    stand->reset_s = (pool->until - now + 999) / 1000;
    return ok;
}

void limit_clear(struct limit *limit)
{
    free(limit->pools);
    limit->pools = NULL;
    limit->count = 0;
}

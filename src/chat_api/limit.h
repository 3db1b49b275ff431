/* How many requests each caller may make in a minute. Private to chat_api/. */
#ifndef CHAT_API_LIMIT_H
#define CHAT_API_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct limit_pool {
    const void *who;
    int64_t until; /* when its minute ends; ms */
    unsigned used; /* requests in it */
};

struct limit {
    unsigned per_minute;      /* 0: no limit */
    struct limit_pool *pools; /* owned; those that are over are used again */
    size_t count;
};

/* Where a caller stands after a request. */
struct limit_stand {
    unsigned per_minute, left;
    int64_t reset_s; /* until all of it is there again; whole seconds, 1..60 */
};

/* False: this one is too much. */
must_check bool limit_take(struct limit *limit, const void *who, int64_t now,
                           struct limit_stand *stand);
void limit_clear(struct limit *limit);

#endif

/* Free memory goes back. See spare.h. */
#include "daemon/spare.h"

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/alloc.h"

#include "base/banned.h"

#define LOOK_MS  10000
#define KEPT_MAX ((size_t)1 << 20) /* bytes: less is soon used again */

struct spare {
    struct timer *timer;
};

static void look(void *context)
{
    struct spare *spare = context;

    if (mallinfo2().fordblks > KEPT_MAX)
        malloc_trim(KEPT_MAX / 2);
    timer_start(spare->timer, LOOK_MS);
}

struct spare *spare_new(struct loop *loop)
{
    struct spare *spare = NEW(struct spare);

    spare->timer = timer_new(loop, look, spare);
    timer_start(spare->timer, LOOK_MS);
    return spare;
}

void spare_free(struct spare *spare)
{
    if (!spare)
        return;
    timer_free(spare->timer);
    free(spare);
}

/* Running the loop until something is so. See run.h. */
#include "run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"

#include "base/banned.h"

#define TICK_MS 10 /* the longest that kernels are built with */

/* Only wakes the loop, so that the deadline is seen when nothing happens. */
static void wake(void *context)
{
    (void)context;
}

bool run_until(struct loop *loop, bool (*condition)(void *context),
               void *context, int64_t deadline_ms)
{
    int64_t end_at = clock_boot_ms() + deadline_ms;
    struct timer *timer = timer_new(loop, wake, NULL);
    bool met;

    while (!(met = condition(context)) && clock_boot_ms() < end_at) {
        timer_start(timer, end_at - clock_boot_ms());
        event_base_loop(loop_base(loop), EVLOOP_ONCE);
    }
    timer_free(timer);
    return met;
}

struct counting {
    const unsigned *count;
    unsigned wanted;
};

static bool is_reached(void *context)
{
    const struct counting *counting = context;

    return *counting->count >= counting->wanted;
}

void run_until_count(struct loop *loop, const unsigned *count, unsigned wanted)
{
    struct counting counting = {count, wanted};

    if (!run_until(loop, is_reached, &counting, RUN_PATIENCE_MS))
        fail_msg("%u came, not %u, within %d ms", *count, wanted,
                 RUN_PATIENCE_MS);
}

void run_lasted(int64_t began_at, int64_t ms)
{
    int64_t lasted_ms = clock_boot_ms() - began_at;

    if (lasted_ms < ms - TICK_MS)
        fail_msg("it lasted %lld ms, not %lld", (long long)lasted_ms,
                 (long long)ms);
}

/* Runs the loop until something is so, and fails the test when it is late. */
#ifndef SUPPORT_RUN_H
#define SUPPORT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

#define RUN_PATIENCE_MS 45000

/* True as soon as condition(context) is; false when deadline_ms have gone by.
 */
bool run_until(struct loop *loop, bool (*condition)(void *context),
               void *context, int64_t deadline_ms);

/* Until *count is at least wanted; the test fails after RUN_PATIENCE_MS. */
void run_until_count(struct loop *loop, const unsigned *count, unsigned wanted);

/* Fails the test unless ms have gone by since began_at (clock_boot_ms). Timers
 * count in ticks of the kernel, so that they may be a few ms early. */
void run_lasted(int64_t began_at, int64_t ms);

#endif

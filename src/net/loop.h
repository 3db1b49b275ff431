/* The event loop and its timers, so that only net/ need know libevent. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct loop;
struct timer;

struct loop *loop_new(void);
void loop_free(struct loop *loop);
void loop_run(struct loop *loop);  /* until loop_stop() */
void loop_stop(struct loop *loop); /* may be called from inside any callback */
struct event_base *loop_base(struct loop *loop); /* for net/ and daemon/ */

typedef void timer_fired(void *context);

/* A one-shot timer; not running when made. Fires from the loop, never nested.
 */
struct timer *timer_new(struct loop *loop, timer_fired *fired, void *context);
void timer_free(struct timer *timer); /* may be called from its own fired */
void timer_start(struct timer *timer, int64_t ms); /* again: starts afresh */
void timer_stop(struct timer *timer);

#endif

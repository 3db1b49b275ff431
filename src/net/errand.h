/*
 * Work that would keep the loop waiting, done in a thread: run is called there,
 * and then done from the loop. What both use, only one of them may touch until
 * done.
 */
#ifndef NET_ERRAND_H
#define NET_ERRAND_H

#include "net/loop.h"

typedef void errand_part(void *context);

struct errand;
/* done is called once, never from inside; the errand is no more then. */
struct errand *errand_start(struct loop *loop, errand_part *run,
                            errand_part *done, void *context);
/* Waits for the end of run; done is not called. Accepts NULL. */
void errand_finish(struct errand *errand);

#endif

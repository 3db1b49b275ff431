/* The queue is told which tokens are used. For this folder only. */
#ifndef ACCESS_RENEW_H
#define ACCESS_RENEW_H

#include "access/access.h"

/* Those that the queue still owes an answer. All zero: none. */
struct renewals {
    struct renewal *first;
};

/* options is borrowed until renewals_forget(). */
void renewals_tell(struct renewals *renewals,
                   const struct access_options *options,
                   const char *destination, const char *name);
/* Nobody wants to hear of them any more. */
void renewals_forget(struct renewals *renewals);

#endif

/* The sandbox's own paths: /_sandbox/... (faults in, counts and chats out), and
 * the pages that links to tickets lead to. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <stdbool.h>

#include "net/http_server.h"
#include "sandbox/script.h"
#include "sandbox/store.h"
#include "sandbox/tally.h"

struct control {
    struct store *store;   /* borrowed */
    struct script *script; /* borrowed */
    struct tally *tally;   /* borrowed */
};

/* False: the path is none of these, and nothing was done. */
bool control_handle(const struct control *control,
                    struct http_exchange *exchange, int64_t now);

#endif

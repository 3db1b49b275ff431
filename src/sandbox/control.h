/* The sandbox's own paths: /_sandbox/... (faults, manners, tokens and chats in,
 * counts and chats out), and the pages that links to tickets lead to. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http_server.h"
#include "sandbox/manner.h"
#include "sandbox/script.h"
#include "sandbox/shelf.h"
#include "sandbox/tally.h"
#include "sandbox/tokens.h"

/* All borrowed. */
struct control {
    struct shelf *shelf;
    struct script *script;
    struct tally *tally;
    struct tokens *tokens;
    struct manner *manner;
    const struct manner *usual; /* what DELETE makes of the manner */
    int64_t (*boot)(void);      /* boot clock, ms */
};

/* False: the path is none of these, and nothing was done. now: wall clock, ms.
 */
bool control_handle(const struct control *control,
                    struct http_exchange *exchange, int64_t now);

#endif

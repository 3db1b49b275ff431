/* Where links to tickets lead, on a status page or in a list of agents. */
#ifndef SANDBOX_TICKET_PAGE_H
#define SANDBOX_TICKET_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http_server.h"
#include "sandbox/store.h"

/* False: the request is for no such page, and nothing was done. */
bool ticket_page_handle(const struct store *store,
                        struct http_exchange *exchange, int64_t now);

#endif

/* Who sends a request: the address, behind proxies we trust. */
#ifndef INTAKE_SENDER_H
#define INTAKE_SENDER_H

#include <stdbool.h>

#include "config/settings.h"
#include "net/address.h"

/*
 * The visitor's address: the peer's, or, when the peer is one of the trusted
 * proxies, the last address of X-Forwarded-For that is not. Anything unreadable
 * ends the walk: what stands before it may be invented. forwarded may be NULL.
 */
void sender_address(const struct settings *settings, const char *peer,
                    const char *forwarded, char text[ADDRESS_TEXT_SIZE]);

/* Whether what it says of others is believed. */
bool sender_trusted(const struct settings *settings,
                    const struct address *address);

#endif

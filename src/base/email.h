/* Addresses that mail can be sent to. */
#ifndef BASE_EMAIL_H
#define BASE_EMAIL_H

#include <stdbool.h>

#include "base/attributes.h"

#define EMAIL_SIZE 255 /* the longest address is 254, and NUL */

/*
 * One @, a plain local part, a domain name with a dot. Written to address with
 * its domain in ASCII. On failure *why says what is wrong, as static text.
 */
must_check bool email_read(const char *text, char address[EMAIL_SIZE],
                           const char **why);

#endif

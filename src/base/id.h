/*
 * Ids of submissions: "support-01JABCDEF0123456789ABCDEFG", the name of the
 * destination and a ULID (48 bits of time in ms, 80 random bits, Crockford's
 * base 32). A news of it adds its number: "support-01J....3".
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define ID_NAME_MAX 32 /* longest name of a destination or form */
#define ID_ULID_LEN 26
#define ID_SIZE     (ID_NAME_MAX + 1 + ID_ULID_LEN + 1 + 10 + 1)

/* [a-z0-9] and then [a-z0-9_-], at most ID_NAME_MAX: destinations, forms. */
bool id_name_ok(const char *name);

void id_make(char id[ID_SIZE], const char *destination, int64_t now);

/* Whether text can be an id of a submission (not of a news). */
bool id_ok(const char *text);

/* The destination's name out of an id that is ok, or of a news. */
must_check bool id_destination(const char *id, char name[ID_NAME_MAX + 1]);

/* When the id was made, wall clock, ms. */
must_check bool id_made_at(const char *id, int64_t *at);

#endif

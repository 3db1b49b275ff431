/* A value that is never printed, is compared in constant time, and is wiped. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret {
    char *bytes; /* owned; NULL when there is none; ends in NUL */
    size_t len;
};

void secret_set(struct secret *secret, const char *bytes, size_t len);
void secret_copy(struct secret *secret, const struct secret *from);
void secret_clear(struct secret *secret);
bool secret_present(const struct secret *secret);

/* Compares digests, so that neither content nor length shows in the time. */
bool secret_equal(const struct secret *secret, const char *bytes, size_t len);

/* For the whole process, before it has any: no core dumps, no ptrace by others.
 */
void secrets_stay_inside(void);

#endif

/*
 * Many deadlines, of which the earliest is wanted: a binary heap. Setting,
 * moving and removing one costs the logarithm of how many there are, and far
 * less when later ones come later, as they mostly do.
 */
#ifndef NET_DEADLINES_H
#define NET_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

/* Lives inside what it belongs to. All zero: not set. */
struct deadline {
    int64_t at;   /* read only outside */
    size_t place; /* private */
};

/* All zero: empty. */
struct deadlines {
    struct deadline **heap; /* owned; the deadlines are not */
    size_t count, size;
};

void deadlines_clear(struct deadlines *deadlines);
void deadlines_set(struct deadlines *deadlines, struct deadline *deadline,
                   int64_t at);
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);
struct deadline *deadlines_first(const struct deadlines *deadlines);

#endif

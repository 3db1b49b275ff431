/*
 * Chance that can be repeated: the same seed gives the same numbers. For the
 * sandbox's misbehaviour, never for secrets.
 */
#ifndef SANDBOX_CHANCE_H
#define SANDBOX_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* seed 0: by chance. Different streams of one seed do not disturb each other.
 */
void chance_init(struct chance *chance, uint64_t seed, unsigned stream);
uint64_t chance_next(struct chance *chance);
bool chance_falls(struct chance *chance, double share); /* 0 never, 1 always */

#endif

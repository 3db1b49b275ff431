/* The generator is SplitMix64. See chance.h. */
#include "sandbox/chance.h"

#include "base/crypto.h"

#include "base/banned.h"

#define STEP UINT64_C(0x9E3779B97F4A7C15)

void chance_init(struct chance *chance, uint64_t seed, unsigned stream)
{
    if (seed == 0)
        crypto_random(&seed, sizeof(seed));
    chance->state = seed ^ ((uint64_t)stream << 56);
    chance_next(chance);
}

uint64_t chance_next(struct chance *chance)
{
    uint64_t mixed = chance->state += STEP;

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

bool chance_falls(struct chance *chance, double share)
{
    /* The upper 53 bits as a fraction of 1; drawn even when it is sure, so
     * that another share leaves the later draws as they were. */
    double drawn = (double)(chance_next(chance) >> 11) * 0x1.0p-53;

    return drawn < share;
}

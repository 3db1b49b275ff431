/* Chats to begin with: the reference's examples, and any number of made ones,
 * the same for the same seed. */
#ifndef SANDBOX_SEEDS_H
#define SANDBOX_SEEDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "sandbox/shelf.h"

must_check bool seeds_examples(struct shelf *shelf, struct error *err);
must_check bool seeds_make(struct shelf *shelf, size_t count, uint64_t seed,
                           struct error *err);

#endif

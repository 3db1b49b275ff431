/* A sorted array: nearly all changes come in order. See changes.h. */
#include "sandbox/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define FIRST_SIZE 1024

void changes_clear(struct changes *changes)
{
    free(changes->list);
    memset(changes, 0, sizeof(*changes));
}

size_t changes_from(const struct changes *changes, int64_t at)
{
    size_t low = 0, high = changes->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (changes->list[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void changes_add(struct changes *changes, const struct change *change)
{
    size_t place = changes->count;

    if (changes->count == changes->size) {
        changes->size = changes->size ? changes->size * 2 : FIRST_SIZE;
        changes->list =
            alloc_resize(changes->list, changes->size, sizeof(*changes->list));
    }
    if (place && changes->list[place - 1].at > change->at)
        place = changes_from(changes, change->at + 1);
    memmove(changes->list + place + 1, changes->list + place,
            (changes->count - place) * sizeof(*changes->list));
    changes->list[place] = *change;
    changes->count++;
}

void changes_sift(struct changes *changes,
                  bool (*stands)(const void *owner,
                                 const struct change *change),
                  const void *owner)
{
    size_t kept = 0;

    for (size_t i = 0; i < changes->count; i++)
        if (stands(owner, &changes->list[i]))
            changes->list[kept++] = changes->list[i];
    changes->count = kept;
}

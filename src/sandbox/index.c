/* The hash is FNV-1a, its bits mixed down. See index.h. */
#include "sandbox/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define FIRST_SIZE 1024

static uint32_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    return (uint32_t)(hash ^ (hash >> 32));
}

void index_init(struct index *index,
                const char *(*text)(void *owner, uint32_t number), void *owner)
{
    memset(index, 0, sizeof(*index));
    index->text = text;
    index->owner = owner;
}

void index_clear(struct index *index)
{
    free(index->slots);
    index_init(index, index->text, index->owner);
}

static void put(struct index *index, struct index_slot slot)
{
    size_t at = slot.hash & (index->size - 1);

    while (index->slots[at].number != INDEX_NONE)
        at = (at + 1) & (index->size - 1);
    index->slots[at] = slot;
}

static void grow(struct index *index)
{
    struct index_slot *old = index->slots;
    size_t old_size = index->size;

    index->size = old_size ? old_size * 2 : FIRST_SIZE;
    index->slots = NEW_ARRAY(index->size, struct index_slot);
    memset(index->slots, 0xff, index->size * sizeof(*index->slots));
    for (size_t i = 0; i < old_size; i++)
        if (old[i].number != INDEX_NONE)
            put(index, old[i]);
    free(old);
}

uint32_t index_find(const struct index *index, const char *text)
{
    uint32_t hash = hash_of(text);

    if (index->size == 0)
        return INDEX_NONE;
    for (size_t at = hash & (index->size - 1);
         index->slots[at].number != INDEX_NONE;
         at = (at + 1) & (index->size - 1)) {
        const struct index_slot *slot = &index->slots[at];

        if (slot->hash == hash &&
            strcmp(index->text(index->owner, slot->number), text) == 0)
            return slot->number;
    }
    return INDEX_NONE;
}

void index_add(struct index *index, const char *text, uint32_t number)
{
    if (index->count * 2 >= index->size)
        grow(index);
    put(index, (struct index_slot){hash_of(text), number});
    index->count++;
}

/* The hash is FNV-1a, its bits mixed down. See index.h. */
#include "sandbox/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define FIRST_SIZE 1024

static uint32_t hash_of(const struct index *index, const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (index->nocase && c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        hash = (hash ^ c) * UINT64_C(0x100000001B3);
    }
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
    index->slots = NULL;
    index->size = index->count = 0;
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

static bool same(const struct index *index, const char *a, const char *b)
{
    return index->nocase ? text_equal_nocase(a, b) : strcmp(a, b) == 0;
}

/* The slot of that text, or NULL. */
static struct index_slot *find_slot(const struct index *index, const char *text,
                                    uint32_t hash)
{
    size_t at = hash & (index->size - 1);

    if (index->size == 0)
        return NULL;
    for (; index->slots[at].number != INDEX_NONE;
         at = (at + 1) & (index->size - 1)) {
        struct index_slot *slot = &index->slots[at];

        if (slot->hash == hash &&
            same(index, index->text(index->owner, slot->number), text))
            return slot;
    }
    return NULL;
}

uint32_t index_find(const struct index *index, const char *text)
{
    const struct index_slot *slot =
        find_slot(index, text, hash_of(index, text));

    return slot ? slot->number : INDEX_NONE;
}

uint32_t index_set(struct index *index, const char *text, uint32_t number)
{
    uint32_t hash = hash_of(index, text), before;
    struct index_slot *slot = find_slot(index, text, hash);

    if (slot) {
        before = slot->number;
        slot->number = number;
        return before;
    }
    if (index->count * 2 >= index->size)
        grow(index);
    put(index, (struct index_slot){hash, number});
    index->count++;
    return INDEX_NONE;
}

/* Those behind it that would not be found any more move up. */
static void close_gap(struct index *index, size_t gap)
{
    size_t mask = index->size - 1;

    for (size_t at = (gap + 1) & mask; index->slots[at].number != INDEX_NONE;
         at = (at + 1) & mask) {
        size_t home = index->slots[at].hash & mask;

        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        index->slots[gap] = index->slots[at];
        gap = at;
    }
    index->slots[gap].number = INDEX_NONE;
}

void index_remove(struct index *index, const char *text)
{
    struct index_slot *slot = find_slot(index, text, hash_of(index, text));

    if (!slot)
        return;
    close_gap(index, (size_t)(slot - index->slots));
    index->count--;
}

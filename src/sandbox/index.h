/*
 * From a text to a number, for millions of them: open addressing, never fuller
 * than half. Texts stay with their owner, who is asked to compare.
 */
#ifndef SANDBOX_INDEX_H
#define SANDBOX_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

struct index_slot {
    uint32_t hash, number; /* number INDEX_NONE: empty */
};

struct index {
    struct index_slot *slots; /* owned; NULL until the first entry */
    size_t size;              /* a power of two */
    size_t count;
    const char *(*text)(void *owner, uint32_t number);
    void *owner;
};

void index_init(struct index *index,
                const char *(*text)(void *owner, uint32_t number), void *owner);
void index_clear(struct index *index);

/* The number of that text, or INDEX_NONE. */
uint32_t index_find(const struct index *index, const char *text);

/* text must not be there yet. */
void index_add(struct index *index, const char *text, uint32_t number);

#endif

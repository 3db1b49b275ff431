/*
 * From a text to a number, for millions of them: open addressing, never fuller
 * than half. Texts stay with their owner, who is asked to compare.
 */
#ifndef SANDBOX_INDEX_H
#define SANDBOX_INDEX_H

#include <stdbool.h>
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
    bool nocase; /* letters of ASCII are the same whatever their case; set
                    before the first entry */
    const char *(*text)(void *owner, uint32_t number);
    void *owner;
};

void index_init(struct index *index,
                const char *(*text)(void *owner, uint32_t number), void *owner);
void index_clear(struct index *index);

/* The number of that text, or INDEX_NONE. */
uint32_t index_find(const struct index *index, const char *text);

/* Puts number there; what was there before, or INDEX_NONE, is given back. */
uint32_t index_set(struct index *index, const char *text, uint32_t number);

/* Forgets that text, which its number still has. */
void index_remove(struct index *index, const char *text);

#endif

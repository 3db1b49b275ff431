/*
 * Which chat changed when, oldest first: what the incremental export walks.
 * Each chat's last change counts; earlier ones lie there until there are too
 * many of them.
 */
#ifndef SANDBOX_CHANGES_H
#define SANDBOX_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change {
    int64_t at; /* wall clock, ms */
    uint32_t number, version;
};

struct changes {
    struct change *list; /* owned; sorted by at, then by when they were added */
    size_t count, size;
};

void changes_clear(struct changes *changes);
void changes_add(struct changes *changes, const struct change *change);

/* The place of the first that is not before at. */
size_t changes_from(const struct changes *changes, int64_t at);

/* Keeps only those that still stand. */
void changes_sift(struct changes *changes,
                  bool (*stands)(const void *owner,
                                 const struct change *change),
                  const void *owner);

#endif

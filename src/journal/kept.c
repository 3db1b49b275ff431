/* Entries, found by id and by key. See inside.h. */
#include <assert.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "journal/inside.h"

#include "base/banned.h"

static char *scoped(const char *form, const char *key)
{
    return key ? alloc_format("%s\n%s", form ? form : "", key) : NULL;
}

struct kept *kept_new(const struct record *record)
{
    const struct submission *submission = &record->submission;
    struct kept *entry = NEW(struct kept);

    snprintf(entry->id, sizeof(entry->id), "%s", submission->id);
    entry->form = alloc_text(submission->form);
    entry->key = scoped(submission->form, record->options.key);
    entry->fingerprint = alloc_text(record->options.fingerprint);
    entry->received_at = submission->received_at;
    entry->doubtful = record->doubtful;
    return entry;
}

void kept_free(struct kept *entry)
{
    free(entry->form);
    free(entry->key);
    free(entry->fingerprint);
    free(entry);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct kept *)a)->id, ((const struct kept *)b)->id);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct kept *)a)->key, ((const struct kept *)b)->key);
}

static struct kept *kept_at(void *node)
{
    return node ? *(struct kept **)node : NULL;
}

struct kept *kept_find(const struct journal *journal, const char *id)
{
    struct kept wanted = {.id = ""};

    snprintf(wanted.id, sizeof(wanted.id), "%s", id);
    return kept_at(tfind(&wanted, &journal->by_id, compare_ids));
}

struct kept *kept_find_key(const struct journal *journal, const char *form,
                           const char *key)
{
    struct kept wanted = {.key = NULL}, *found = NULL;

    if (!journal->by_key)
        return NULL;
    wanted.key = scoped(form, key);
    if (wanted.key)
        found = kept_at(tfind(&wanted, &journal->by_key, compare_keys));
    free(wanted.key);
    return found;
}

void kept_add(struct journal *journal, struct kept *entry)
{
    struct kept *there = kept_at(tsearch(entry, &journal->by_id, compare_ids));

    assert(!there || there == entry);
    if (!there ||
        (entry->key && !tsearch(entry, &journal->by_key, compare_keys)))
        abort(); /* no memory */
}

void kept_remove(struct journal *journal, const struct kept *entry)
{
    tdelete(entry, &journal->by_id, compare_ids);
    if (entry->key &&
        kept_at(tfind(entry, &journal->by_key, compare_keys)) == entry)
        tdelete(entry, &journal->by_key, compare_keys);
}

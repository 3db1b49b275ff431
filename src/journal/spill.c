/* Files with what waits in them. See inside.h. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

struct spill *spill_add(struct journal *journal, struct journal_file *file)
{
    struct spill *spill = NEW(struct spill);

    spill->journal = journal;
    spill->file = file;
    spill->bytes = file->size;
    journal->bytes += file->size;
    if (journal->last_spill)
        journal->last_spill->next = spill;
    else
        journal->spills = spill;
    journal->last_spill = spill;
    return spill;
}

void spill_put(struct spill *spill, struct kept *entry)
{
    entry->spill = spill;
    entry->next = NULL;
    if (spill->last)
        spill->last->next = entry;
    else
        spill->first = entry;
    spill->last = entry;
}

/* It is among the first few: they are drained in order. */
void spill_take(struct journal *journal, struct kept *entry)
{
    struct spill *spill = entry->spill;
    struct kept **link = &spill->first, *before = NULL;

    for (; *link != entry; link = &(*link)->next)
        before = *link;
    *link = entry->next;
    if (spill->last == entry)
        spill->last = before;
    kept_remove(journal, entry);
    kept_free(entry);
    journal->waiting--;
}

static void spill_free(struct spill *spill)
{
    struct kept *entry, *next;

    for (entry = spill->first; entry; entry = next) {
        next = entry->next;
        kept_free(entry);
    }
    file_free(spill->file);
    free(spill);
}

void spills_free(struct journal *journal)
{
    struct spill *spill, *next;

    for (spill = journal->spills; spill; spill = next) {
        next = spill->next;
        for (struct kept *entry = spill->first; entry; entry = entry->next)
            kept_remove(journal, entry);
        spill_free(spill);
    }
    journal->spills = journal->last_spill = NULL;
}

/* Nothing is lost by a file that stays: what is in it is known by now. */
static bool clear_away(struct spill *spill)
{
    struct error err = {0};

    if (file_remove(spill->file, &err))
        return true;
    log_event(LOG_LEVEL_ERROR, "journal_not_removed", "error", err.text);
    spill->stuck = true;
    return false;
}

void spills_tidy(struct journal *journal)
{
    struct spill **link = &journal->spills, *last = NULL, *spill;

    while ((spill = *link)) {
        if (spill->first || spill->writing || spill->reading || spill->stuck ||
            spill->moving || !clear_away(spill)) {
            last = spill;
            link = &spill->next;
            continue;
        }
        *link = spill->next;
        journal->bytes -= spill->bytes;
        spill_free(spill);
    }
    journal->last_spill = last;
}

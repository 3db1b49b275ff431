/* Files with what waits in them. See inside.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

struct spill *spill_add(struct journal *journal, struct journal_file *file)
{
    struct spill *spill = NEW(struct spill);

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
        if (spill->first || spill->writing || spill->stuck ||
            !clear_away(spill)) {
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

/* ---- what others left behind ---- */

static void say_unread(const struct journal_file *file,
                       const struct record_place *place, bool torn)
{
    struct log_line line;

    log_begin(&line, torn ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
              torn ? "journal_torn" : "journal_damaged");
    log_text(&line, "file", file->path);
    log_int(&line, "offset", (int64_t)place->offset);
    log_int(&line, "bytes", (int64_t)place->len);
    log_text(&line, "effect",
             torn ? "the last record was never finished, and so never promised"
                  : "set aside in a file of that name with .damaged, for a "
                    "person to look at; the rest is delivered");
    log_end(&line);
}

static void read_one(struct journal *journal, struct spill *spill,
                     const struct buf *bytes, const struct record_place *place)
{
    struct record record;
    struct kept *entry;

    if (!record_read(bytes->data, place, &record))
        return;
    if (!kept_find(journal, record.submission.id)) {
        entry = kept_new(&record);
        entry->place = *place;
        entry->state = KEPT_SAFE;
        kept_add(journal, entry);
        spill_put(spill, entry);
        journal->waiting++;
    }
    record_clear(&record);
}

static void read_all(struct journal *journal, struct spill *spill,
                     const struct buf *bytes)
{
    struct record_place place = {0, 0};
    enum record_find find;

    while ((find = record_next(bytes->data, bytes->len,
                               place.offset + place.len, &place)) !=
           RECORD_END) {
        if (find == RECORD_WHOLE)
            read_one(journal, spill, bytes, &place);
        else
            say_unread(spill->file, &place, find == RECORD_TORN);
        if (find == RECORD_DAMAGED)
            file_note_damaged(spill->file, &place);
    }
}

static void adopt(struct journal *journal, struct journal_file *file)
{
    const struct record_place all = {0, file->size};
    size_t before = journal->waiting;
    struct spill *spill = spill_add(journal, file);
    struct log_line line;
    struct buf bytes;

    buf_init(&bytes, file->size);
    if (!file_read(file, &all, &bytes)) {
        /* Kept, so that it is tried again by the next process only. */
        log_event(LOG_LEVEL_ERROR, "journal_unreadable", "file", file->path);
        spill->stuck = true;
        buf_clear(&bytes);
        return;
    }
    read_all(journal, spill, &bytes);
    buf_clear(&bytes);
    log_begin(&line, LOG_LEVEL_INFO, "journal_adopted");
    log_text(&line, "file", file->path);
    log_int(&line, "waiting", (int64_t)(journal->waiting - before));
    log_end(&line);
}

static int is_one(const struct dirent *entry)
{
    return file_is_one(entry->d_name);
}

static bool is_ours(const struct journal *journal, const char *path)
{
    for (struct spill *spill = journal->spills; spill; spill = spill->next)
        if (strcmp(spill->file->path, path) == 0)
            return true;
    return false;
}

/* Files that others have, or nobody yet. */
static bool is_anyone_elses(const struct journal *journal, const char *name)
{
    char *path = alloc_format("%s/%s", journal->folder, name);
    bool is = file_is_one(name) && !is_ours(journal, path);

    free(path);
    return is;
}

bool journal_empty(const struct journal *journal)
{
    DIR *listing = journal ? opendir(journal->folder) : NULL;
    struct dirent *entry;
    bool empty = !journal || journal->waiting == 0;

    while (empty && listing && (entry = readdir(listing)))
        empty = !is_anyone_elses(journal, entry->d_name);
    if (listing)
        closedir(listing);
    return empty;
}

void spills_adopt(struct journal *journal)
{
    struct dirent **list;
    int count = scandir(journal->folder, &list, is_one, alphasort);

    for (int i = 0; i < count; i++) {
        char *path = alloc_format("%s/%s", journal->folder, list[i]->d_name);
        struct journal_file *file =
            is_ours(journal, path) ? NULL : file_adopt(path);

        if (file)
            adopt(journal, file);
        free(path);
        free(list[i]);
    }
    if (count >= 0)
        free(list);
    spills_tidy(journal);
}

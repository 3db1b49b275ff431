/*
 * What others left behind. A file is read and taken apart in a thread, and what
 * was found is taken over a piece in each turn of the loop: however large it
 * is, nobody else waits for it, but for those whose keys may be in it.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

#define AT_ONCE 256 /* entries taken over in one turn of the loop */

struct unread {
    struct record_place place;
    bool torn;
};

/* The thread writes all but spill until it has ended. */
struct adoption {
    struct spill *spill;
    struct errand *errand;     /* reading; NULL: it has read */
    bool failed;               /* it cannot be read */
    struct kept *first, *last; /* in order; not taken over yet */
    struct unread *unread;     /* owned */
    size_t unread_count;
    size_t taken;
};

/* ---- in the thread ---- */

static void note_entry(struct adoption *adoption, const struct buf *bytes,
                       const struct record_place *place)
{
    struct record record;
    struct kept *entry;

    if (!record_read(bytes->data, place, &record))
        return;
    entry = kept_new(&record);
    entry->place = *place;
    entry->state = KEPT_SAFE;
    if (adoption->last)
        adoption->last->next = entry;
    else
        adoption->first = entry;
    adoption->last = entry;
    record_clear(&record);
}

static void note_unread(struct adoption *adoption,
                        const struct record_place *place, bool torn)
{
    adoption->unread =
        alloc_resize(adoption->unread, adoption->unread_count + 1,
                     sizeof(*adoption->unread));
    adoption->unread[adoption->unread_count++] = (struct unread){*place, torn};
}

static void read_file(void *context)
{
    struct adoption *adoption = context;
    const struct journal_file *file = adoption->spill->file;
    const struct record_place all = {0, file->size};
    struct record_place place = {0, 0};
    enum record_find find;
    struct buf bytes;

    buf_init(&bytes, file->size);
    adoption->failed = !file_read(file, &all, &bytes);
    while (!adoption->failed &&
           (find = record_next(bytes.data, bytes.len, place.offset + place.len,
                               &place)) != RECORD_END) {
        if (find == RECORD_WHOLE)
            note_entry(adoption, &bytes, &place);
        else
            note_unread(adoption, &place, find == RECORD_TORN);
    }
    buf_clear(&bytes);
}

/* ---- in the loop ---- */

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

static void adoption_free(struct adoption *adoption)
{
    struct kept *entry, *next;

    for (entry = adoption->first; entry; entry = next) {
        next = entry->next;
        kept_free(entry);
    }
    free(adoption->unread);
    free(adoption);
}

static void say_adopted(const struct adoption *adoption)
{
    const struct journal_file *file = adoption->spill->file;
    struct log_line line;

    if (adoption->failed) {
        log_event(LOG_LEVEL_ERROR, "journal_unreadable", "file", file->path);
        return;
    }
    log_begin(&line, LOG_LEVEL_INFO, "journal_adopted");
    log_text(&line, "file", file->path);
    log_int(&line, "waiting", (int64_t)adoption->taken);
    log_end(&line);
}

static void note_what_cannot_be_read(struct adoption *adoption)
{
    struct journal_file *file = adoption->spill->file;

    for (size_t i = 0; i < adoption->unread_count; i++) {
        const struct unread *unread = &adoption->unread[i];

        say_unread(file, &unread->place, unread->torn);
        if (!unread->torn)
            file_note_damaged(file, &unread->place);
    }
}

static void end_adoption(struct journal *journal)
{
    struct adoption *adoption = journal->adoption;

    note_what_cannot_be_read(adoption);
    say_adopted(adoption);
    adoption->spill->reading = false;
    /* Kept, so that it is tried again by the next process only. */
    adoption->spill->stuck = adoption->failed;
    journal->adoption = NULL;
    adoption_free(adoption);
    spills_adopt(journal);
    if (journal->adoption)
        return;
    append_held_back(journal);
    timer_start(journal->tick, 0);
}

static void take_over(struct journal *journal, struct kept *entry)
{
    struct adoption *adoption = journal->adoption;

    if (kept_find(journal, entry->id)) {
        kept_free(entry);
        return;
    }
    kept_add(journal, entry);
    spill_put(adoption->spill, entry);
    journal->waiting++;
    adoption->taken++;
}

void adopt_more(void *context)
{
    struct journal *journal = context;
    struct adoption *adoption = journal->adoption;

    for (unsigned i = 0; i < AT_ONCE && adoption->first; i++) {
        struct kept *entry = adoption->first;

        adoption->first = entry->next;
        take_over(journal, entry);
    }
    if (adoption->first)
        timer_start(journal->adopt, 0);
    else
        end_adoption(journal);
}

static void has_read(void *context)
{
    struct adoption *adoption = context;

    adoption->errand = NULL;
    adopt_more(adoption->spill->journal);
}

static void adopt(struct journal *journal, struct journal_file *file)
{
    struct adoption *adoption = NEW(struct adoption);

    adoption->spill = spill_add(journal, file);
    adoption->spill->reading = true;
    journal->adoption = adoption;
    adoption->errand =
        errand_start(journal->loop, read_file, has_read, adoption);
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
    bool empty = !journal || (journal->waiting == 0 && !journal->adoption);

    while (empty && listing && (entry = readdir(listing)))
        empty = !is_anyone_elses(journal, entry->d_name);
    if (listing)
        closedir(listing);
    return empty;
}

/* Said once for as long as it is so: they are looked for again and again. */
static void say_left_alone(struct journal *journal, const struct error *why)
{
    bool news = why->kind != ERROR_NONE && !journal->left_alone;

    journal->left_alone = why->kind != ERROR_NONE;
    if (news)
        log_event(LOG_LEVEL_ERROR, "journal_not_adopted", "reason", why->text);
}

/* The first one that nobody has; when it is read, the next. */
void spills_adopt(struct journal *journal)
{
    struct dirent **list;
    struct error err = {0};
    int count = journal->adoption
                    ? 0
                    : scandir(journal->folder, &list, is_one, alphasort);

    for (int i = 0; i < count; i++) {
        char *path = alloc_format("%s/%s", journal->folder, list[i]->d_name);
        struct journal_file *file = journal->adoption || is_ours(journal, path)
                                        ? NULL
                                        : file_adopt(path, &err);

        if (file)
            adopt(journal, file);
        free(path);
        free(list[i]);
    }
    if (count > 0)
        free(list);
    if (!journal->adoption)
        say_left_alone(journal, &err);
    spills_tidy(journal);
}

void adopt_end(struct journal *journal)
{
    if (!journal->adoption)
        return;
    errand_finish(journal->adoption->errand);
    adoption_free(journal->adoption);
    journal->adoption = NULL;
}

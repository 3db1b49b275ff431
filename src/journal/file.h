/*
 * One file of the journal: made and locked by one process, appended to, and
 * removed when nothing in it waits any more. The lock ends with the process;
 * then another one may adopt the file.
 */
#ifndef JOURNAL_FILE_H
#define JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "journal/record.h"

#define FILE_PREFIX "journal-"
#define FILE_SUFFIX ".log"
#define FILE_DAMAGED                                                           \
    ".damaged" /* what could not be read; kept for a person                    \
                */

struct journal_file {
    char *path;  /* owned */
    int fd;      /* -1: not made yet */
    size_t size; /* bytes that are on disk */
    bool lost;   /* an append found that it is not there any more */
    bool made_folder;
    struct record_place *damaged;
    size_t damaged_count;
};

/* mkdir -p, for us alone. */
must_check bool file_make_folder(const char *path, struct error *err);

/* A name that sorts by time; nothing is made yet. */
struct journal_file *file_new(const char *folder, int64_t now);

/*
 * Makes it if need be, and its folder, appends, and has it all on disk. On
 * failure it is as before, as far as the disk lets us; so it is, and lost, when
 * its name does not lead to it any more. May be called from a thread.
 */
must_check bool file_append(struct journal_file *file, const char *bytes,
                            size_t len, struct error *err);

/* Whether its name still leads to it, so that others will find it. */
bool file_is_there(const struct journal_file *file);

/* A new one with the same bytes, on disk. NULL: it cannot be. From a thread. */
struct journal_file *file_copy(const struct journal_file *file,
                               const char *folder, int64_t now,
                               struct error *err);

/* Writes so many bytes there and takes them away again; makes the folder if
 * need be. From a thread. */
#define FILE_TRIAL ((size_t)16384)
must_check bool file_try(const char *folder, size_t len, struct error *err);

/* NULL: it is gone, or its process lives; or, with err, it cannot be opened, or
 * is another user's. */
struct journal_file *file_adopt(const char *path, struct error *err);

must_check bool file_read(const struct journal_file *file,
                          const struct record_place *place, struct buf *out);

void file_note_damaged(struct journal_file *file,
                       const struct record_place *place);

/* What was damaged is put aside first; false: the file stays. */
must_check bool file_remove(struct journal_file *file, struct error *err);

void file_free(struct journal_file *file); /* the file itself stays */

/* Whether a folder's entry is such a file. */
bool file_is_one(const char *name);

#endif

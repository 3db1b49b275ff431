/* What lies in the journal's folder, for commands. See journal.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "journal/file.h"
#include "journal/journal.h"

#include "base/banned.h"

static void note_oldest(struct journal_census *census, const struct buf *bytes,
                        const struct record_place *place)
{
    struct record record;

    if (!record_read(bytes->data, place, &record))
        return;
    if (!census->oldest_at || record.submission.received_at < census->oldest_at)
        census->oldest_at = record.submission.received_at;
    record_clear(&record);
}

static void count_records(const struct buf *bytes,
                          struct journal_census *census)
{
    struct record_place place = {0, 0};
    enum record_find find;

    while ((find = record_next(bytes->data, bytes->len,
                               place.offset + place.len, &place)) !=
           RECORD_END) {
        census->waiting += find == RECORD_WHOLE;
        census->damaged += find == RECORD_DAMAGED;
        if (find == RECORD_WHOLE)
            note_oldest(census, bytes, &place);
    }
}

/* Only looks: its process goes on with it, and may remove it any moment. */
static bool count_file(const char *path, struct journal_census *census,
                       struct error *err)
{
    struct journal_file file = {
        .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW),
    };
    struct record_place all = {0, 0};
    struct stat about;
    struct buf bytes;
    bool ok;

    if (file.fd < 0)
        return errno == ENOENT ||
               error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
    ok = fstat(file.fd, &about) == 0;
    all.len = ok ? (size_t)about.st_size : 0;
    buf_init(&bytes, all.len);
    ok = ok && file_read(&file, &all, &bytes);
    close(file.fd);
    if (ok) {
        count_records(&bytes, census);
        census->files++;
        census->bytes += bytes.len;
    }
    buf_clear(&bytes);
    return ok || error_set(err, ERROR_FAILED, "%s: cannot be read", path);
}

static bool is_damaged(const char *name)
{
    size_t len = strlen(name), end = strlen(FILE_DAMAGED);

    return len > end && strcmp(name + len - end, FILE_DAMAGED) == 0;
}

static bool count_one(const char *folder, const char *name,
                      struct journal_census *census, struct error *err)
{
    char *path;
    bool ok;

    census->damaged += is_damaged(name);
    if (!file_is_one(name))
        return true;
    path = alloc_format("%s/%s", folder, name);
    ok = count_file(path, census, err);
    free(path);
    return ok;
}

bool journal_count(const struct settings *settings,
                   struct journal_census *census, struct error *err)
{
    char *folder = journal_folder(settings);
    struct journal_census counted = {.files = 0};
    struct dirent *entry;
    DIR *listing = opendir(folder);
    bool ok = listing || errno == ENOENT;

    if (!ok)
        error_set(err, ERROR_FAILED, "%s: %s", folder, strerror(errno));
    while (ok && listing && (entry = readdir(listing)))
        ok = count_one(folder, entry->d_name, &counted, err);
    if (listing)
        closedir(listing);
    if (ok)
        *census = counted;
    free(folder);
    return ok;
}

bool journal_ours(const struct settings *settings, struct error *err)
{
    char *folder = journal_folder(settings);
    struct stat about;
    bool ok = true;

    if (stat(folder, &about) != 0)
        ok = error_set(err, ERROR_UNAVAILABLE,
                       "%s: %s ('afterhours serve' with journal.enabled makes "
                       "it)",
                       folder, strerror(errno));
    else if (about.st_uid != geteuid())
        ok = error_set(err, ERROR_UNAVAILABLE,
                       "%s belongs to another user: run this as the user of "
                       "'afterhours serve', which is to read what waits there",
                       folder);
    free(folder);
    return ok;
}

bool journal_writable(const struct settings *settings, struct error *err)
{
    char *folder = journal_folder(settings);
    bool ok = file_try(folder, FILE_TRIAL, err);

    free(folder);
    return ok;
}

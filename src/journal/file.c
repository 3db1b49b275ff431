/* Files of the journal. See file.h. */
#include "journal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/text.h"

#include "base/banned.h"

#define CHANCE_BYTES 8

static bool fail(struct error *err, const char *path)
{
    return error_set(err, ERROR_UNAVAILABLE, "%s: %s", path, strerror(errno));
}

bool file_make_folder(const char *path, struct error *err)
{
    char *part = alloc_text(path);
    bool ok = true;

    for (char *slash = strchr(part + 1, '/'); ok && slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ok = mkdir(part, 0700) == 0 || errno == EEXIST;
        *slash = '/';
    }
    ok = ok && (mkdir(part, 0700) == 0 || errno == EEXIST) &&
         access(part, R_OK | W_OK | X_OK) == 0;
    free(part);
    return ok || fail(err, path);
}

struct journal_file *file_new(const char *folder, int64_t now)
{
    struct journal_file *file = NEW(struct journal_file);
    unsigned char bytes[CHANCE_BYTES];
    char chance[2 * CHANCE_BYTES + 1];

    crypto_random(bytes, sizeof(bytes));
    crypto_hex(bytes, sizeof(bytes), chance);
    file->path = alloc_format("%s/" FILE_PREFIX "%012" PRIx64 "-%s" FILE_SUFFIX,
                              folder, (uint64_t)now, chance);
    file->fd = -1;
    return file;
}

/* With the slash at its end. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? alloc_text_n(path, (size_t)(slash - path) + 1)
                 : alloc_text("./");
}

/* A new name is on disk only when its folder is. */
static bool sync_folder(const char *path)
{
    char *folder = folder_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(folder);
    return ok;
}

static int open_draft(const char *draft)
{
    return open(draft, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
}

/* Somebody has removed it, or renamed it. */
static bool make_folder_again(struct journal_file *file, struct error *err)
{
    char *folder = folder_of(file->path);
    bool ok;

    folder[strlen(folder) - 1] = '\0';
    ok = file_make_folder(folder, err) &&
         (sync_folder(folder) || fail(err, folder));
    file->made_folder = ok;
    free(folder);
    return ok;
}

/* Under its name only when it is locked: nobody may adopt it before. */
static bool make(struct journal_file *file, struct error *err)
{
    char *draft = alloc_format("%s.new", file->path);
    int fd = open_draft(draft);

    if (fd < 0 && errno == ENOENT) {
        if (!make_folder_again(file, err)) {
            free(draft);
            return false;
        }
        fd = open_draft(draft);
    }
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        rename(draft, file->path) == 0 && sync_folder(file->path)) {
        file->fd = fd;
    } else if (fd >= 0) {
        int why = errno;

        unlink(draft);
        unlink(file->path);
        close(fd);
        errno = why;
    }
    free(draft);
    return file->fd >= 0 || fail(err, file->path);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t done = write(fd, bytes, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

bool file_is_there(const struct journal_file *file)
{
    struct stat open_one, named;

    return file->fd < 0 ||
           (fstat(file->fd, &open_one) == 0 && lstat(file->path, &named) == 0 &&
            open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino);
}

static bool lose(struct journal_file *file, struct error *err)
{
    file->lost = true;
    return error_set(err, ERROR_UNAVAILABLE,
                     "%s: it was removed or renamed while it was in use",
                     file->path);
}

/* All on disk, and under its name still: before and after, so that as little as
 * may be is in a file that somebody has put elsewhere. */
static bool put(struct journal_file *file, const char *bytes, size_t len,
                struct error *err)
{
    if (!file_is_there(file))
        return lose(file, err);
    if (!write_all(file->fd, bytes, len) || fdatasync(file->fd) != 0)
        return fail(err, file->path);
    return file_is_there(file) || lose(file, err);
}

bool file_append(struct journal_file *file, const char *bytes, size_t len,
                 struct error *err)
{
    if (failpoint("journal.append", NULL)) {
        errno = EIO;
        return fail(err, file->path);
    }
    if (file->fd < 0 && !make(file, err))
        return false;
    if (!put(file, bytes, len, err)) {
        /* Nobody is promised what is half there. */
        if (ftruncate(file->fd, (off_t)file->size) == 0)
            fdatasync(file->fd);
        return false;
    }
    failpoint_pass("journal.synced", NULL);
    file->size += len;
    return true;
}

bool file_try(const char *folder, size_t len, struct error *err)
{
    char *path, *bytes;
    bool ok;
    int fd;

    if (!file_make_folder(folder, err))
        return false;
    path = alloc_format("%s/trial-XXXXXX", folder);
    bytes = alloc_zero(len, 1);
    fd = mkostemp(path, O_CLOEXEC);
    ok = fd >= 0 && unlink(path) == 0 && write_all(fd, bytes, len) &&
         fdatasync(fd) == 0;
    if (!ok)
        fail(err, folder);
    if (fd >= 0)
        close(fd);
    free(bytes);
    free(path);
    return ok;
}

struct journal_file *file_adopt(const char *path, struct error *err)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    struct journal_file *file;
    struct stat about;

    if (fd < 0) {
        if (errno != ENOENT)
            fail(err, path);
        return NULL;
    }
    /* Removed between our open() and our lock: it was drained. */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &about) != 0 ||
        !S_ISREG(about.st_mode) || about.st_nlink == 0) {
        close(fd);
        return NULL;
    }
    /* What lies there is sent; in some folders everybody may put files. */
    if (about.st_uid != geteuid()) {
        error_set(err, ERROR_UNAVAILABLE,
                  "%s: it belongs to another user (uid %u) and is not trusted: "
                  "if it is yours, chown it to uid %u",
                  path, (unsigned)about.st_uid, (unsigned)geteuid());
        close(fd);
        return NULL;
    }
    file = NEW(struct journal_file);
    file->path = alloc_text(path);
    file->fd = fd;
    file->size = (size_t)about.st_size;
    return file;
}

bool file_read(const struct journal_file *file,
               const struct record_place *place, struct buf *out)
{
    char piece[16384];
    size_t offset = place->offset, left = place->len;

    while (left) {
        size_t most = left < sizeof(piece) ? left : sizeof(piece);
        ssize_t done = pread(file->fd, piece, most, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            break;
        buf_add(out, piece, (size_t)done);
        offset += (size_t)done;
        left -= (size_t)done;
    }
    crypto_wipe(piece, sizeof(piece));
    return left == 0 && buf_ok(out);
}

static bool copy_bytes(const struct journal_file *from,
                       struct journal_file *file, struct error *err)
{
    const struct record_place all = {0, from->size};
    struct buf bytes;
    bool ok;

    buf_init(&bytes, from->size);
    ok = (file_read(from, &all, &bytes) || fail(err, from->path)) &&
         file_append(file, bytes.data, bytes.len, err);
    buf_clear(&bytes);
    return ok;
}

struct journal_file *file_copy(const struct journal_file *file,
                               const char *folder, int64_t now,
                               struct error *err)
{
    struct journal_file *fresh = file_new(folder, now);

    if (copy_bytes(file, fresh, err))
        return fresh;
    if (fresh->fd >= 0)
        unlink(fresh->path);
    file_free(fresh);
    return NULL;
}

void file_note_damaged(struct journal_file *file,
                       const struct record_place *place)
{
    file->damaged = alloc_resize(file->damaged, file->damaged_count + 1,
                                 sizeof(*file->damaged));
    file->damaged[file->damaged_count++] = *place;
}

static bool copy_damaged(const struct journal_file *file, int fd)
{
    struct buf bytes;
    bool ok = true;

    for (size_t i = 0; ok && i < file->damaged_count; i++) {
        buf_init(&bytes, file->damaged[i].len);
        ok = file_read(file, &file->damaged[i], &bytes) &&
             write_all(fd, bytes.data, bytes.len);
        buf_clear(&bytes);
    }
    return ok && fsync(fd) == 0;
}

static bool put_damaged_aside(const struct journal_file *file,
                              struct error *err)
{
    char *path = alloc_format("%s" FILE_DAMAGED, file->path);
    int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 && copy_damaged(file, fd) && sync_folder(path);

    if (!ok)
        fail(err, path);
    if (fd >= 0)
        close(fd);
    free(path);
    return ok;
}

bool file_remove(struct journal_file *file, struct error *err)
{
    if (file->fd < 0)
        return true;
    if (file->damaged_count && !put_damaged_aside(file, err))
        return false;
    return unlink(file->path) == 0 || errno == ENOENT || fail(err, file->path);
}

void file_free(struct journal_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file->damaged);
    free(file->path);
    free(file);
}

bool file_is_one(const char *name)
{
    size_t len = strlen(name), end = strlen(FILE_SUFFIX);

    return text_starts(name, FILE_PREFIX) && len > end &&
           strcmp(name + len - end, FILE_SUFFIX) == 0;
}

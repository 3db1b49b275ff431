/* The secret the relay signs with, and secrets that change. See settings.h. */
#include "config/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "config/origins.h"
#include "config/read_file.h"

#include "base/banned.h"

#define SECRET_BYTES    32
#define DRAFT_BYTES     8
#define SECRET_LIMIT    4096
#define SECRET_SHORTEST 16

/* FNV-1a: for telling apart, not for keeping secret. */
#define STAMP_BEGIN UINT64_C(14695981039346656037)
#define STAMP_TIMES UINT64_C(1099511628211)

/* Makes the folder and those above it, as far as they are missing. */
static bool make_folder(const char *path, struct error *err)
{
    char *part = alloc_text(path);
    int failed = 0;

    for (char *slash = strchr(part + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            failed = errno;
        *slash = '/';
    }
    free(part);
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return error_set(err, ERROR_CONFIG,
                     "data_dir %s: %s; set it to a folder that can be written",
                     path, strerror(failed ? failed : errno));
}

static bool write_secret(int fd)
{
    unsigned char bytes[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 2];
    bool ok;

    crypto_random(bytes, sizeof(bytes));
    crypto_hex(bytes, sizeof(bytes), text);
    text[2 * SECRET_BYTES] = '\n';
    ok = write(fd, text, 2 * SECRET_BYTES + 1) == 2 * SECRET_BYTES + 1 &&
         fsync(fd) == 0;
    crypto_wipe(bytes, sizeof(bytes));
    crypto_wipe(text, sizeof(text));
    return ok;
}

/*
 * Written whole under a name by chance and then linked: whoever reads the
 * file finds all of it, and of two processes that make one, one wins.
 */
static bool make_file(const char *path, struct error *err)
{
    unsigned char bytes[DRAFT_BYTES];
    char name[2 * DRAFT_BYTES + 1];
    char *draft;
    int fd;
    bool ok;

    crypto_random(bytes, sizeof(bytes));
    crypto_hex(bytes, sizeof(bytes), name);
    draft = alloc_format("%s.%s", path, name);
    fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ok = fd >= 0 && write_secret(fd) &&
         (link(draft, path) == 0 || errno == EEXIST);
    if (!ok)
        error_set(err, ERROR_CONFIG,
                  "%s: %s; set data_dir to a folder that can be written", path,
                  strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(draft);
    }
    free(draft);
    return ok;
}

static bool read_made(struct settings *settings, const char *path,
                      struct error *err)
{
    struct buf text;
    bool ok;

    buf_init(&text, SECRET_LIMIT);
    ok = read_secret_file(path, &text, NULL, err);
    if (!ok && access(path, R_OK) != 0)
        error_set(err, ERROR_CONFIG,
                  "%s; be the user it belongs to, or set another data_dir",
                  strerror(errno));
    if (ok && text.len < SECRET_SHORTEST)
        ok = error_set(err, ERROR_CONFIG,
                       "is too short; remove it, and a new one is made");
    if (ok)
        secret_set(&settings->secret, text.data, text.len);
    if (text.data)
        crypto_wipe(text.data, text.len);
    buf_clear(&text);
    return ok || error_prefix(err, "%s", path);
}

bool settings_make_secret(struct settings *settings, struct error *err)
{
    char *path;
    bool ok = true;

    if (secret_present(&settings->secret))
        return true;
    path = alloc_format("%s/secret", settings->data_dir);
    if (access(path, F_OK) != 0)
        ok = make_folder(settings->data_dir, err) && make_file(path, err);
    ok = ok && read_made(settings, path, err);
    free(path);
    return ok;
}

static bool is_another(const struct stat *a, const struct stat *b)
{
    return a->st_dev != b->st_dev || a->st_ino != b->st_ino ||
           a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
           a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

bool settings_secrets_changed(const struct settings *settings)
{
    for (size_t i = 0; i < settings->origins->count; i++) {
        const struct origin *origin = &settings->origins->list[i];
        struct stat now;

        if (origin->file && stat(origin->file, &now) == 0 &&
            is_another(&now, &origin->then))
            return true;
    }
    return false;
}

const char *settings_secret_missing(const struct settings *settings)
{
    for (size_t i = 0; i < settings->origins->count; i++) {
        const char *file = settings->origins->list[i].file;
        struct stat now;

        if (file && stat(file, &now) != 0)
            return file;
    }
    return NULL;
}

static bool is_of(const struct origin *origin, const char *destination)
{
    static const char block[] = "destinations.";
    size_t len = destination ? strlen(destination) : 0;
    const char *name = origin->path + strlen(block);

    return !destination ||
           (strncmp(origin->path, block, strlen(block)) == 0 &&
            strncmp(name, destination, len) == 0 && name[len] == '.');
}

bool settings_unread(const struct settings *settings, const char *destination,
                     size_t index, struct lacking *unread)
{
    for (size_t i = 0; i < settings->origins->count; i++) {
        const struct origin *origin = &settings->origins->list[i];

        if (!origin->unread || !is_of(origin, destination) || index-- > 0)
            continue;
        *unread = (struct lacking){origin->path, origin->unread};
        return true;
    }
    return false;
}

uint64_t settings_secrets_stamp(const struct settings *settings)
{
    uint64_t stamp = STAMP_BEGIN;

    for (size_t i = 0; i < settings->origins->count; i++) {
        const char *file = settings->origins->list[i].file;
        struct stat now = {0};
        uint64_t facts[6];

        if (!file || stat(file, &now) != 0)
            continue;
        facts[0] = i;
        facts[1] = (uint64_t)now.st_ino;
        facts[2] = (uint64_t)now.st_size;
        facts[3] = (uint64_t)now.st_mtim.tv_sec ^ (uint64_t)now.st_dev << 40;
        facts[4] = (uint64_t)now.st_mtim.tv_nsec;
        facts[5] =
            (uint64_t)now.st_ctim.tv_sec << 30 ^ (uint64_t)now.st_ctim.tv_nsec;
        for (size_t n = 0; n < sizeof(facts) / sizeof(facts[0]); n++)
            stamp = (stamp ^ facts[n]) * STAMP_TIMES;
    }
    return stamp;
}

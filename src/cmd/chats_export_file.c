/* The file of an export, and its position. See chats_export_file.h. */
#include "cmd/chats_export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"
#include "chat/chat_json.h"

#include "base/banned.h"

#define MODE 0600 /* what visitors wrote */

static bool failed(const char *path, struct error *err)
{
    return error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
}

static bool open_file(struct export_file *file, const char *path, int flags,
                      struct error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, MODE);

    if (fd < 0)
        return failed(path, err);
    file->path = path;
    file->position_path = alloc_format("%s.position", path);
    file->file = fdopen(fd, "w");
    if (file->file)
        return true;
    close(fd);
    return failed(path, err);
}

bool export_file_create(struct export_file *file, const char *path,
                        struct error *err)
{
    *file = (struct export_file){.file = stdout};
    if (!path)
        return true;
    if (access(path, F_OK) == 0)
        return error_set(err, ERROR_USAGE,
                         "%s is there already: --resume goes on with it", path);
    if (!open_file(file, path, O_CREAT | O_EXCL, err))
        return false;
    unlink(file->position_path); /* of a file that is gone */
    return true;
}

/* Cut back to its first `bytes`. */
static bool cut_back(struct export_file *file, int64_t bytes, struct error *err)
{
    if (fseeko(file->file, 0, SEEK_END) != 0)
        return failed(file->path, err);
    if (ftello(file->file) < bytes)
        return error_set(err, ERROR_FAILED,
                         "%s is shorter than it was: %" PRId64
                         " bytes are missing; begin anew",
                         file->path, bytes - (int64_t)ftello(file->file));
    if (ftruncate(fileno(file->file), bytes) != 0 ||
        fseeko(file->file, bytes, SEEK_SET) != 0)
        return failed(file->path, err);
    return true;
}

static bool read_position(const json_t *root, struct chat_position *position,
                          int64_t *bytes)
{
    return chat_json_number(json_object_get(root, "start_time"),
                            &position->start_time) &&
           chat_json_number(json_object_get(root, "bytes"), bytes) &&
           (json_object_get(root, "start_id") == NULL ||
            chat_json_id(json_object_get(root, "start_id"),
                         position->start_id));
}

bool export_file_resume(struct export_file *file, const char *path,
                        struct chat_position *position, char **fields,
                        struct error *err)
{
    struct chat_position read = {0};
    int64_t bytes = 0;
    json_t *root;
    bool ok;

    *file = (struct export_file){0};
    if (!open_file(file, path, 0, err))
        return false;
    root = json_load_file(file->position_path, 0, NULL);
    ok = read_position(root, &read, &bytes);
    if (ok)
        *fields =
            alloc_text(json_string_value(json_object_get(root, "fields")));
    json_decref(root);
    if (!ok)
        return error_set(err, ERROR_FAILED,
                         "%s cannot be read: there is nothing to resume",
                         file->position_path);
    *position = read;
    return cut_back(file, bytes, err);
}

static bool write_position(const struct export_file *file, json_t *root,
                           struct error *err)
{
    char *next = alloc_format("%s.new", file->position_path);
    FILE *out = fopen(next, "we");
    bool ok = out && json_dumpf(root, out, JSON_COMPACT) == 0 &&
              fputc('\n', out) != EOF && fflush(out) == 0 &&
              fsync(fileno(out)) == 0;

    if (out)
        ok = fclose(out) == 0 && ok;
    ok = ok && rename(next, file->position_path) == 0;
    if (!ok)
        failed(next, err);
    free(next);
    return ok;
}

bool export_file_keep(struct export_file *file,
                      const struct chat_position *position, const char *fields,
                      struct error *err)
{
    const char *name = file->path ? file->path : "standard output";
    json_t *root;
    bool ok;

    if (fflush(file->file) != 0 || ferror(file->file))
        return failed(name, err);
    if (!file->path)
        return true;
    /* First the lines, then the word that they are whole. */
    if (fsync(fileno(file->file)) != 0)
        return failed(name, err);
    root =
        json_pack("{s:I, s:I}", "start_time", (json_int_t)position->start_time,
                  "bytes", (json_int_t)ftello(file->file));
    if (position->start_id[0])
        json_object_set_new(root, "start_id", json_string(position->start_id));
    if (fields)
        json_object_set_new(root, "fields", json_string(fields));
    ok = write_position(file, root, err);
    json_decref(root);
    return ok;
}

void export_file_close(struct export_file *file)
{
    if (file->path && file->file)
        fclose(file->file);
    free(file->position_path);
    memset(file, 0, sizeof(*file));
}

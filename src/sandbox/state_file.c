/* Changes as lines of JSON. See state_file.h. */
#include "sandbox/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "sandbox/adopt.h"

#include "base/banned.h"

#define LINE_MAX_SIZE ((size_t)5 * 1024 * 1024)

struct state_file {
    char *path; /* owned */
    int fd;
    bool is_new;
    off_t whole; /* how many bytes are whole lines */
    struct buf line;
};

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static bool restore(struct store *store, const json_t *root, const char *id,
                    struct error *err)
{
    const struct stored *stored = store_find(store, id);
    struct adopted adopted;
    struct arrival arrival = {
        .id = id,
        .facts = &adopted.facts,
        .created_at = number_of(root, "created_at"),
        .updated_at = number_of(root, "updated_at"),
        .ticket_id = number_of(root, "ticket_id"),
        .ticket_at = number_of(root, "ticket_at"),
    };

    if (!adopted_init(&adopted, json_object_get(root, "chat"), err))
        return false;
    arrival.rest = buf_str(&adopted.rest);
    arrival.rest_len = adopted.rest.len;
    if (stored)
        store_change(store, stored, &arrival);
    else
        store_add(store, &arrival);
    adopted_clear(&adopted);
    return true;
}

/* One change: a chat as it was then, or that it went. */
static bool replay(struct store *store, const json_t *root, struct error *err)
{
    const char *id = json_string_value(json_object_get(root, "id"));
    const struct stored *stored;

    if (!id || !*id || strlen(id) > CHAT_ID_MAX)
        return error_set(err, ERROR_INPUT,
                         "not a chat as the sandbox writes it");
    if (!json_is_true(json_object_get(root, "deleted")))
        return restore(store, root, id, err);
    stored = store_find(store, id);
    if (stored)
        store_remove(store, stored);
    return true;
}

static bool read_line(struct store *store, const char *line, size_t len,
                      struct error *err)
{
    json_error_t error;
    json_t *root = json_loadb(line, len, JSON_ALLOW_NUL, &error);
    bool ok;

    if (!root)
        return error_set(err, ERROR_INPUT, "%s", error.text);
    ok = replay(store, root, err);
    json_decref(root);
    return ok;
}

static bool read_lines(struct state_file *file, FILE *stream,
                       struct store *store, struct error *err)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    bool ok = true;

    for (size_t number = 1; ok && (len = getline(&line, &size, stream)) > 0;
         number++) {
        if (line[len - 1] != '\n')
            break;
        ok = read_line(store, line, (size_t)len, err) ||
             error_prefix(err, "line %zu", number);
        file->whole += len;
    }
    free(line);
    return ok;
}

static bool load(struct state_file *file, struct store *store,
                 struct error *err)
{
    FILE *stream = fopen(file->path, "re");
    bool ok;

    if (!stream)
        return error_set(err, ERROR_FAILED, "%s", strerror(errno));
    ok = read_lines(file, stream, store, err);
    fclose(stream);
    file->is_new = file->whole == 0;
    if (ok && ftruncate(file->fd, file->whole) != 0)
        return error_set(err, ERROR_FAILED, "%s", strerror(errno));
    return ok;
}

struct state_file *state_file_open(const char *path, struct store *store,
                                   struct error *err)
{
    struct state_file *file = NEW(struct state_file);

    file->path = alloc_text(path);
    buf_init(&file->line, LINE_MAX_SIZE);
    file->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file->fd < 0)
        error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
    else if (!load(file, store, err))
        error_prefix(err, "%s", path);
    else
        return file;
    state_file_close(file);
    return NULL;
}

void state_file_close(struct state_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    buf_clear(&file->line);
    free(file->path);
    free(file);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t written = write(fd, bytes, len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        len -= (size_t)written;
    }
    return true;
}

bool state_file_is_new(const struct state_file *file)
{
    return file->is_new;
}

/* A line that did not fit on the disk must not spoil the next one. */
static bool drop_part(struct state_file *file, int why, struct error *err)
{
    error_set(err, ERROR_FAILED, "%s: %s", file->path, strerror(why));
    if (ftruncate(file->fd, file->whole) != 0)
        error_prefix(err, "its last line is broken now");
    return false;
}

static bool write_line(struct state_file *file, struct error *err)
{
    const struct buf *line = &file->line;

    if (!buf_ok(line))
        return error_set(err, ERROR_FAILED, "%s: a chat is too large",
                         file->path);
    if (!write_all(file->fd, line->data, line->len))
        return drop_part(file, errno, err);
    file->whole += (off_t)line->len;
    return true;
}

bool state_file_put(struct state_file *file, const struct stored *stored,
                    struct error *err)
{
    struct buf *line = &file->line;

    buf_reset(line);
    buf_text(line, "{\"id\":");
    text_json(line, stored->id);
    buf_format(line,
               ",\"created_at\":%" PRId64 ",\"updated_at\":%" PRId64
               ",\"ticket_id\":%" PRId64 ",\"ticket_at\":%" PRId64
               ",\"chat\":{",
               stored->created_at, stored->updated_at, stored->ticket_id,
               stored->ticket_at);
    buf_add(line, stored->rest, stored->rest_len);
    buf_text(line, "}}\n");
    return write_line(file, err);
}

bool state_file_remove(struct state_file *file, const char *id,
                       struct error *err)
{
    buf_reset(&file->line);
    buf_text(&file->line, "{\"id\":");
    text_json(&file->line, id);
    buf_text(&file->line, ",\"deleted\":true}\n");
    return write_line(file, err);
}

bool state_file_empty(struct state_file *file, struct error *err)
{
    if (ftruncate(file->fd, 0) != 0)
        return error_set(err, ERROR_FAILED, "%s: %s", file->path,
                         strerror(errno));
    file->whole = 0;
    return true;
}

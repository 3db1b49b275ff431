/* Small files. See read_file.h. */
#include "config/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"

#include "base/banned.h"

static bool read_all(int fd, struct buf *out, struct error *err)
{
    char bytes[4096];
    ssize_t len;

    do {
        len = read(fd, bytes, sizeof(bytes));
        if (len < 0 && errno != EINTR)
            return error_set(err, ERROR_CONFIG, "%s", strerror(errno));
        if (len > 0)
            buf_add(out, bytes, (size_t)len);
    } while (len != 0 && buf_ok(out));
    crypto_wipe(bytes, sizeof(bytes));
    if (!buf_ok(out))
        return error_set(err, ERROR_CONFIG, "is longer than %zu bytes",
                         out->limit);
    return true;
}

bool read_file(const char *path, struct buf *out, struct stat *then,
               struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat now;
    bool ok;

    if (fd < 0)
        return error_set(err, ERROR_CONFIG, "%s", strerror(errno));
    if (fstat(fd, &now) != 0)
        ok = error_set(err, ERROR_CONFIG, "%s", strerror(errno));
    else if (S_ISDIR(now.st_mode))
        ok = error_set(err, ERROR_CONFIG, "is a directory");
    else
        ok = read_all(fd, out, err);
    close(fd);
    if (ok && then)
        *then = now;
    return ok;
}

bool read_secret_file(const char *path, struct buf *out, struct stat *then,
                      struct error *err)
{
    if (!read_file(path, out, then, err))
        return false;
    if (out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
    if (out->len && out->data[out->len - 1] == '\r')
        out->data[--out->len] = '\0';
    if (!out->len)
        return error_set(err, ERROR_CONFIG, "is empty");
    if (strlen(out->data) != out->len)
        return error_set(err, ERROR_CONFIG, "has a NUL in it");
    return true;
}

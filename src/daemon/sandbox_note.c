/* Where `up` has its sandbox. See sandbox_note.h. */
#include "daemon/sandbox_note.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "daemon/daemon.h"

#include "base/banned.h"

#define URL_MAX 512

static int open_note(const char *data_dir, int flags)
{
    char *path = alloc_format("%s/sandbox", data_dir);
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

    free(path);
    return fd;
}

/* A lock of the process: gone with it, and asked for without being taken. */
int sandbox_note_leave(const char *data_dir, const char *url)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open_note(data_dir, O_RDWR | O_CREAT);
    size_t len = strlen(url);

    if (fd < 0)
        return -1;
    if (fcntl(fd, F_SETLK, &lock) == 0 && ftruncate(fd, 0) == 0 &&
        write(fd, url, len) == (ssize_t)len)
        return fd;
    close(fd);
    return -1;
}

static bool somebody_holds(int fd)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

char *sandbox_note_read(const char *data_dir)
{
    int fd = open_note(data_dir, O_RDONLY);
    char url[URL_MAX];
    ssize_t len = -1;

    if (fd < 0)
        return NULL;
    if (somebody_holds(fd))
        len = read(fd, url, sizeof(url) - 1);
    close(fd);
    if (len <= 0)
        return NULL;
    url[len] = '\0';
    return text_starts(url, "http://") ? alloc_text(url) : NULL;
}

char *daemon_find_sandbox(struct settings *settings)
{
    char *url = sandbox_note_read(settings->data_dir);

    if (url)
        settings_set_sandbox(settings, url, DAEMON_SANDBOX_TOKEN);
    return url;
}

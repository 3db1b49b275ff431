/* A Redis of our own. See private_redis.h. */
#include "daemon/private_redis.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "daemon/daemon.h"

#include "base/banned.h"

#define LONGEST_SOCKET  100 /* sun_path has 108 bytes */
#define WAIT_FOR_OLD_MS 15000

/* mkdir -p, for us alone. */
static bool make_folder(const char *path, struct error *err)
{
    char *copy = alloc_text(path);
    bool ok = true;

    for (char *at = copy + 1; ok; at++) {
        char kept = *at;

        if (kept != '/' && kept != '\0')
            continue;
        *at = '\0';
        ok = mkdir(copy, 0700) == 0 || errno == EEXIST;
        *at = kept;
        if (kept == '\0')
            break;
    }
    if (!ok)
        error_set(err, ERROR_CONFIG,
                  "%s: %s; set data_dir to a folder that can be written", path,
                  strerror(errno));
    free(copy);
    return ok;
}

static const struct timespec a_moment = {0, 50 * 1000000L};

static bool take_lock(struct private_redis *redis, const char *path,
                      struct error *err)
{
    int64_t until = clock_boot_ms() + WAIT_FOR_OLD_MS;
    bool waited = false;

    redis->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (redis->lock < 0)
        return error_set(err, ERROR_CONFIG,
                         "%s: %s; set data_dir to a folder that this user can "
                         "write",
                         path, strerror(errno));
    while (flock(redis->lock, LOCK_EX | LOCK_NB) != 0) {
        if (!waited)
            log_event(LOG_LEVEL_WARN, "waiting", "why",
                      "another 'afterhours up' uses this data_dir, or its "
                      "Redis is still stopping");
        waited = true;
        if (clock_boot_ms() > until)
            return error_set(err, ERROR_LATER,
                             "%s: another 'afterhours up' uses this folder; "
                             "stop it, or set another data_dir",
                             path);
        nanosleep(&a_moment, NULL);
    }
    return true;
}

/* In the folder, unless its path is too long for a socket's name. */
static char *socket_path(const char *folder, struct error *err)
{
    char *path = alloc_format("%s/redis.sock", folder);
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char name[17];
    char *elsewhere;
    struct stat info;

    if (strlen(path) <= LONGEST_SOCKET)
        return path;
    free(path);
    crypto_sha256(folder, strlen(folder), digest);
    crypto_hex(digest, 8, name);
    elsewhere = alloc_format("/tmp/afterhours-%s", name);
    if ((mkdir(elsewhere, 0700) != 0 && errno != EEXIST) ||
        lstat(elsewhere, &info) != 0 || !S_ISDIR(info.st_mode) ||
        info.st_uid != geteuid() || (info.st_mode & 077)) {
        error_set(err, ERROR_CONFIG,
                  "%s: cannot be used for Redis's socket; set data_dir to a "
                  "shorter path",
                  elsewhere);
        free(elsewhere);
        return NULL;
    }
    path = alloc_format("%s/redis.sock", elsewhere);
    free(elsewhere);
    return path;
}

static bool open_folder(struct private_redis *redis, const char *data_dir,
                        struct error *err)
{
    char real[PATH_MAX];
    char *lock;
    bool ok;

    if (!make_folder(data_dir, err))
        return false;
    if (!realpath(data_dir, real))
        return error_set(err, ERROR_CONFIG, "%s: %s", data_dir,
                         strerror(errno));
    redis->folder = alloc_format("%s/redis", real);
    if (!make_folder(redis->folder, err))
        return false;
    lock = alloc_format("%s/lock", redis->folder);
    ok = take_lock(redis, lock, err);
    free(lock);
    return ok;
}

bool private_redis_init(struct private_redis *redis, const char *data_dir,
                        struct error *err)
{
    memset(redis, 0, sizeof(*redis));
    redis->lock = -1;
    if (!open_folder(redis, data_dir, err))
        return false;
    redis->socket = socket_path(redis->folder, err);
    if (!redis->socket)
        return false;
    redis->url = alloc_format("unix://%s", redis->socket);
    return true;
}

/* Where Debian, Alpine and a build from source put it. */
static const char *program(void)
{
    static const char *const places[] = {"/usr/bin/redis-server",
                                         "/usr/local/bin/redis-server",
                                         "/usr/bin/valkey-server", NULL};

    for (size_t i = 0; places[i]; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return places[0];
}

void private_redis_add(const struct private_redis *redis,
                       struct supervisor *supervisor)
{
    /* clang-format off */
    const char *const argv[] = {
        program(),
        "--port", "0",
        "--unixsocket", redis->socket,
        "--unixsocketperm", "700",
        "--dir", redis->folder,
        "--appendonly", "yes",
        "--appendfsync", "always",
        "--save", "",
        "--maxmemory-policy", "noeviction",
        "--daemonize", "no",
        "--loglevel", "warning",
        "--logfile", "",
        NULL,
    };
    /* clang-format on */
    const struct child_options child = {
        .name = "redis", .argv = argv, .rank = 1, .keep_fd = redis->lock};

    supervisor_add(supervisor, &child);
}

void private_redis_clear(struct private_redis *redis)
{
    free(redis->folder);
    free(redis->socket);
    free(redis->url);
    if (redis->lock >= 0)
        close(redis->lock);
    memset(redis, 0, sizeof(*redis));
    redis->lock = -1;
}

bool daemon_find_redis(struct settings *settings, struct error *err)
{
    char real[PATH_MAX];
    char *folder, *path;

    if (settings->redis.url)
        return true;
    if (!realpath(settings->data_dir, real))
        return error_set(err, ERROR_UNAVAILABLE,
                         "no Redis: redis.url is not set, and 'afterhours up' "
                         "has not run its own in %s; if it runs with another "
                         "data_dir, set the same here",
                         settings->data_dir);
    folder = alloc_format("%s/redis", real);
    path = socket_path(folder, err);
    if (path)
        settings->redis.url = alloc_format("unix://%s", path);
    free(folder);
    free(path);
    return settings->redis.url != NULL;
}

/* A redis-server as the test's child. See redis_server.h. */
#include "redis_server.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "free_port.h"

#include "base/banned.h"

#define START_PATIENCE_MS 20000
#define ARGUMENTS_MAX     48

static void run_server(const struct redis_server *server)
{
    const char *argv[ARGUMENTS_MAX] = {
        "redis-server", "--dir",        server->dir,
        "--unixsocket", server->socket, "--daemonize",
        "no",           "--save",       "",
        "--appendonly", "no",           "--port",
    };
    char port[16];
    size_t argc = 12;
    int log = open("log", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);

    snprintf(port, sizeof(port), "%u", server->port);
    argv[argc++] = port;
    for (const char *const *option = server->options; *option; option++)
        argv[argc++] = *option;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp(argv[0], (char **)(uintptr_t)argv);
    _exit(127);
}

/* True when PING on the socket gets any answer but "-LOADING". */
static bool answers(const struct redis_server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {1, 0};
    char answer[16] = "";
    bool ok;

    memcpy(address.sun_path, server->socket, strlen(server->socket));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
         write(fd, "PING\r\n", 6) == 6 &&
         read(fd, answer, sizeof(answer) - 1) > 0 &&
         strncmp(answer, "-LOADING", 8) != 0;
    close(fd);
    return ok;
}

/* Fails the test, with what the server said last. */
static void give_up(const struct redis_server *server, const char *what)
{
    char path[96];
    char text[2000] = "";
    FILE *log;
    size_t len;

    snprintf(path, sizeof(path), "%s/log", server->dir);
    log = fopen(path, "re");
    if (log) {
        len = fread(text, 1, sizeof(text) - 1, log);
        text[len] = '\0';
        fclose(log);
    }
    fail_msg("redis-server %s; it said: %s", what, text);
}

static void launch(struct redis_server *server)
{
    int64_t end_at = clock_boot_ms() + START_PATIENCE_MS;

    unlink(server->socket);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        if (chdir(server->dir) != 0)
            _exit(126);
        run_server(server);
    }
    while (!answers(server)) {
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            server->pid = 0;
            give_up(server, "ended at once");
        }
        if (clock_boot_ms() > end_at)
            give_up(server, "does not answer");
        poll(NULL, 0, 5);
    }
}

static void prepare(struct redis_server *server, const char *const *options)
{
    size_t count = 0;

    memset(server, 0, sizeof(*server));
    snprintf(server->dir, sizeof(server->dir), "/tmp/afterhours-redis-XXXXXX");
    assert_non_null(mkdtemp(server->dir));
    snprintf(server->socket, sizeof(server->socket), "%s/redis.sock",
             server->dir);
    snprintf(server->url, sizeof(server->url), "unix://%s", server->socket);
    for (; options && options[count]; count++) {
        assert_true(count + 1 < sizeof(server->options) / sizeof(char *));
        server->options[count] = options[count];
    }
}

void redis_server_start(struct redis_server *server, const char *const *options)
{
    prepare(server, options);
    launch(server);
}

void redis_server_start_tcp(struct redis_server *server,
                            const char *const *options)
{
    prepare(server, options);
    server->port = free_port();
    launch(server);
}

void redis_server_kill(struct redis_server *server)
{
    if (!server->pid)
        return;
    kill(server->pid, SIGKILL);
    while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    server->pid = 0;
}

void redis_server_restart(struct redis_server *server)
{
    assert_int_equal(server->pid, 0);
    launch(server);
}

void redis_server_pause(struct redis_server *server)
{
    assert_int_equal(kill(server->pid, SIGSTOP), 0);
}

void redis_server_resume(struct redis_server *server)
{
    assert_int_equal(kill(server->pid, SIGCONT), 0);
}

static int remove_one(const char *path, const struct stat *info, int type,
                      struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void redis_server_stop(struct redis_server *server)
{
    redis_server_kill(server);
    if (server->dir[0])
        nftw(server->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    memset(server, 0, sizeof(*server));
}

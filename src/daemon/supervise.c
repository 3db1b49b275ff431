/* Keeps processes running. See supervise.h. */
#include "daemon/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/setup.h"

#include "base/banned.h"

#define FIRST_BACKOFF_MS 100
#define LAST_BACKOFF_MS  10000
#define STEADY_MS        10000 /* lived that long: the backoff starts afresh */
#define FIRST_LIFE_MS    3000  /* died by itself sooner: it cannot start */
#define STOP_MS          45000 /* longer than any request; then KILL */

struct child {
    struct supervisor *supervisor;
    char *name;
    char **argv; /* owned, with its texts */
    unsigned rank;
    int keep_fd;
    pid_t pid; /* 0: not running */
    unsigned lives;
    int64_t backoff_ms;
    int64_t started_at; /* boot clock, ms */
    struct timer *restart;
};

struct supervisor {
    struct loop *loop;
    struct signals *signals;
    struct child **children;
    size_t count;
    bool (*may_reload)(void *context);
    void *context;
    struct timer *insist;
    bool reloaded; /* the file may be another one than we began with */
    bool stopping;
    unsigned rank; /* being stopped */
    bool told;     /* to stop, that is */
    int code;
};

/* Another program is told nothing of ours. */
static void forget_settings(void)
{
    for (char **each = environ; *each;) {
        char *end = strchr(*each, '=');
        char *name = strncmp(*each, "AFTERHOURS_", 11) == 0 && end
                         ? alloc_text_n(*each, (size_t)(end - *each))
                         : NULL;

        if (name)
            unsetenv(name);
        else
            each++;
        free(name);
    }
}

static void become(const struct child *child, pid_t parent)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    if (child->keep_fd >= 0)
        fcntl(child->keep_fd, F_SETFD, 0);
    if (strcmp(child->argv[0], SUPERVISE_SELF) == 0)
        execv("/proc/self/exe", child->argv);
    forget_settings();
    execv(child->argv[0], child->argv);
    _exit(127);
}

static void spawn(void *context)
{
    struct child *child = context;
    pid_t parent = getpid();
    pid_t pid = fork();
    struct log_line line;

    if (pid == 0)
        become(child, parent);
    child->lives++;
    child->started_at = clock_boot_ms();
    child->pid = pid > 0 ? pid : 0;
    log_begin(&line, pid > 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
              pid > 0 ? "started" : "start_failed");
    log_text(&line, "child", child->name);
    log_int(&line, "child_pid", pid);
    if (pid < 0)
        log_text(&line, "error", strerror(errno));
    log_end(&line);
    if (pid < 0)
        timer_start(child->restart, LAST_BACKOFF_MS);
}

/* Signals the rank that is being stopped; number 0 only asks who is there. */
static bool stop_rank(struct supervisor *supervisor, int number)
{
    bool any = false;

    for (size_t i = 0; i < supervisor->count; i++) {
        struct child *child = supervisor->children[i];

        timer_stop(child->restart);
        if (child->rank != supervisor->rank || !child->pid)
            continue;
        kill(child->pid, number);
        any = true;
    }
    return any;
}

static unsigned last_rank(const struct supervisor *supervisor)
{
    unsigned last = 0;

    for (size_t i = 0; i < supervisor->count; i++)
        if (supervisor->children[i]->rank > last)
            last = supervisor->children[i]->rank;
    return last;
}

/*
 * Tells the lowest rank that still runs to stop, once: a second TERM would make
 * it drop what it has in hand. None left: the end.
 */
static void stop_next(struct supervisor *supervisor)
{
    while (!stop_rank(supervisor, 0)) {
        if (supervisor->rank == last_rank(supervisor)) {
            loop_stop(supervisor->loop);
            return;
        }
        supervisor->rank++;
        supervisor->told = false;
    }
    if (supervisor->told)
        return;
    supervisor->told = true;
    stop_rank(supervisor, SIGTERM);
    timer_start(supervisor->insist, STOP_MS);
}

static void insist(void *context)
{
    struct supervisor *supervisor = context;

    log_event(LOG_LEVEL_WARN, "killing", "advice",
              "a child did not stop in time; what it had comes back");
    stop_rank(supervisor, SIGKILL);
}

static void stop(struct supervisor *supervisor, int code)
{
    if (supervisor->stopping) {
        stop_rank(supervisor, SIGTERM);
        return;
    }
    supervisor->stopping = true;
    supervisor->code = code;
    log_event(LOG_LEVEL_INFO, "stopping", NULL, NULL);
    stop_next(supervisor);
}

static void log_death(const struct child *child, pid_t pid, int status)
{
    bool clean = WIFEXITED(status) ? WEXITSTATUS(status) == 0
                                   : child->supervisor->stopping &&
                                         WTERMSIG(status) == SIGTERM;
    struct log_line line;

    log_begin(&line, clean ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "ended");
    log_text(&line, "child", child->name);
    log_int(&line, "child_pid", pid);
    if (WIFEXITED(status))
        log_int(&line, "exit", WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        log_int(&line, "signal", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        log_text(&line, "program", child->argv[0]);
        log_text(&line, "advice",
                 strcmp(child->name, "redis") == 0
                     ? "it is not there; install redis-server, or set "
                       "redis.url to a Redis that runs"
                     : "it is not there; install it");
    }
    log_end(&line);
}

/*
 * Dies by itself at its first try: trying again would only say it again. Not so
 * when the settings were touched meanwhile: the others keep the old ones, and
 * this one begins as soon as the file is good again. Nor when there was no
 * memory: there may be some soon.
 */
static bool cannot_start(const struct child *child, int status)
{
    return child->lives == 1 && !child->supervisor->reloaded &&
           WIFEXITED(status) && WEXITSTATUS(status) != 0 &&
           WEXITSTATUS(status) != ALLOC_EXIT &&
           clock_boot_ms() - child->started_at < FIRST_LIFE_MS;
}

static void restart_later(struct child *child)
{
    int64_t lived = clock_boot_ms() - child->started_at;

    if (lived > STEADY_MS || child->backoff_ms == 0)
        child->backoff_ms = FIRST_BACKOFF_MS;
    timer_start(child->restart, child->backoff_ms);
    child->backoff_ms *= 2;
    if (child->backoff_ms > LAST_BACKOFF_MS)
        child->backoff_ms = LAST_BACKOFF_MS;
}

static void mourn(struct supervisor *supervisor, struct child *child,
                  int status)
{
    log_death(child, child->pid, status);
    child->pid = 0;
    if (supervisor->stopping)
        return;
    if (cannot_start(child, status))
        stop(supervisor, WEXITSTATUS(status));
    else
        restart_later(child);
}

static void reap(struct supervisor *supervisor)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < supervisor->count; i++)
            if (supervisor->children[i]->pid == pid)
                mourn(supervisor, supervisor->children[i], status);
    if (supervisor->stopping)
        stop_next(supervisor);
}

static void pass_on(struct supervisor *supervisor, int number)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        struct child *child = supervisor->children[i];

        if (child->rank == 0 && child->pid)
            kill(child->pid, number);
    }
}

static void on_signal(void *context, int number)
{
    struct supervisor *supervisor = context;

    switch (number) {
    case SIGTERM:
    case SIGINT:
        stop(supervisor, 0);
        break;
    case SIGCHLD:
        reap(supervisor);
        break;
    case SIGHUP:
        supervisor->reloaded = true;
        if (supervisor->may_reload(supervisor->context))
            pass_on(supervisor, number);
        break;
    case SIGTSTP:
    case SIGCONT:
        pass_on(supervisor, number);
        break;
    default:
        break;
    }
}

struct supervisor *supervisor_new(struct loop *loop,
                                  bool (*may_reload)(void *context),
                                  void *context)
{
    struct supervisor *supervisor = NEW(struct supervisor);

    supervisor->loop = loop;
    supervisor->may_reload = may_reload;
    supervisor->context = context;
    supervisor->signals = signals_new(loop, on_signal, supervisor);
    supervisor->insist = timer_new(loop, insist, supervisor);
    return supervisor;
}

void supervisor_add(struct supervisor *supervisor,
                    const struct child_options *options)
{
    struct child *child = NEW(struct child);
    size_t argc = 0;

    while (options->argv[argc])
        argc++;
    child->supervisor = supervisor;
    child->name = alloc_text(options->name);
    child->argv = NEW_ARRAY(argc + 1, char *);
    for (size_t i = 0; i < argc; i++)
        child->argv[i] = alloc_text(options->argv[i]);
    child->rank = options->rank;
    child->keep_fd = options->keep_fd;
    child->restart = timer_new(supervisor->loop, spawn, child);
    supervisor->children =
        alloc_resize(supervisor->children, supervisor->count + 1,
                     sizeof(*supervisor->children));
    supervisor->children[supervisor->count++] = child;
}

int supervisor_run(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->count; i++)
        spawn(supervisor->children[i]);
    loop_run(supervisor->loop);
    log_event(LOG_LEVEL_INFO, "stopped", NULL, NULL);
    return supervisor->code;
}

static void child_free(struct child *child)
{
    timer_free(child->restart);
    for (char **arg = child->argv; *arg; arg++)
        free(*arg);
    free(child->argv);
    free(child->name);
    free(child);
}

void supervisor_free(struct supervisor *supervisor)
{
    if (!supervisor)
        return;
    for (size_t i = 0; i < supervisor->count; i++)
        child_free(supervisor->children[i]);
    free(supervisor->children);
    timer_free(supervisor->insist);
    signals_free(supervisor->signals);
    free(supervisor);
}

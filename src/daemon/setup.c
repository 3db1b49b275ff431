/* Settings and log of a process. See setup.h. */
#include "daemon/setup.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/failpoint.h"
#include "base/log.h"

#include "base/banned.h"

/*
 * Redis, what we listen on, operators, files, and some to spare; and those who
 * are told that there is no room for them, 64 at a time.
 */
#define OWN_DESCRIPTORS 192

struct settings *setup_settings(const struct daemon_options *options,
                                const char *process, struct error *err)
{
    struct settings *settings;

    failpoint_pass("daemon.settings", options->child ? "child" : process);
    settings = settings_load(options->config, err);
    if (!settings)
        return NULL;
    if (options->sandbox_url)
        settings_set_sandbox(settings, options->sandbox_url,
                             DAEMON_SANDBOX_TOKEN);
    if (options->demo)
        settings_demo(settings);
    if (!settings_addressed(settings, err) ||
        !settings_make_secret(settings, err)) {
        settings_release(settings);
        return NULL;
    }
    log_setup(settings->log_level, settings->log_format, process);
    return settings;
}

struct settings *setup_reload(const struct daemon_options *options,
                              const char *process)
{
    struct error err = {0};
    struct settings *settings = setup_settings(options, process, &err);
    struct log_line line;

    if (settings) {
        log_event(LOG_LEVEL_INFO, "reloaded", "config", settings->path);
        return settings;
    }
    log_begin(&line, LOG_LEVEL_ERROR, "reload_failed");
    log_text(&line, "error", err.text);
    log_text(&line, "advice",
             "the old settings stay in force; mend the file "
             "and send HUP again (a secret's own file is read by itself)");
    log_end(&line);
    return NULL;
}

int setup_failed(const char *process, const struct error *err)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_ERROR, "start_failed");
    log_text(&line, "command", process);
    log_text(&line, "error", err->text);
    log_end(&line);
    return error_exit_code(err);
}

static rlim_t descriptors(void)
{
    struct rlimit limit = {0, 0};

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    return limit.rlim_cur;
}

static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

unsigned setup_connections(unsigned wanted)
{
    rlim_t have = descriptors();
    struct log_line line;
    unsigned fewer;

    if (have >= (rlim_t)wanted + OWN_DESCRIPTORS)
        return wanted;
    fewer = have > 2 * OWN_DESCRIPTORS ? (unsigned)have - OWN_DESCRIPTORS
                                       : (unsigned)have / 2;
    if (fewer >= wanted)
        return wanted;
    log_begin(&line, LOG_LEVEL_WARN, "few_descriptors");
    log_int(&line, "descriptors", (int64_t)have);
    log_int(&line, "connections", fewer);
    log_text(&line, "advice",
             "raise the limit of open files (LimitNOFILE, ulimit -n), or lower "
             "limits.connections");
    log_end(&line);
    return fewer;
}

void setup_process(void)
{
    raise_descriptors();
    signal(SIGPIPE, SIG_IGN);
}

/* Settings and log of a process. See setup.h. */
#include "daemon/setup.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/log.h"

#include "base/banned.h"

struct settings *setup_settings(const struct daemon_options *options,
                                const char *process, struct error *err)
{
    struct settings *settings = settings_load(options->config, err);

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
             "and send HUP again");
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

void setup_harden(void)
{
    const struct rlimit none = {0, 0};

    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGPIPE, SIG_IGN);
}

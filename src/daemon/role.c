/* One role as the command line says: one process, or several. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/setup.h"
#include "daemon/supervise.h"

#include "base/banned.h"

void supervise_argv(const struct daemon_options *options, const char *role,
                    const char *argv[SUPERVISE_ARGV_MAX])
{
    size_t n = 0;

    argv[n++] = SUPERVISE_SELF;
    argv[n++] = role;
    argv[n++] = "--child";
    if (options->config) {
        argv[n++] = "--config";
        argv[n++] = options->config;
    }
    if (options->sandbox_url) {
        argv[n++] = "--sandbox-url";
        argv[n++] = options->sandbox_url;
    }
    if (options->demo)
        argv[n++] = "--demo";
    argv[n] = NULL;
}

unsigned supervise_count(const struct daemon_options *options,
                         const struct settings *settings, const char *role)
{
    if (options->processes)
        return options->processes;
    return strcmp(role, "serve") == 0 ? settings->serve_processes
                                      : settings->work_processes;
}

static bool may_reload(void *context)
{
    struct settings *fresh = setup_reload(context, "supervisor");

    settings_release(fresh);
    return fresh != NULL;
}

static int run_many(const struct daemon_options *options, const char *role,
                    unsigned count)
{
    const char *argv[SUPERVISE_ARGV_MAX];
    const struct child_options child = {
        .name = role, .argv = argv, .rank = 0, .keep_fd = -1};
    struct daemon_options copy = *options;
    struct loop *loop = loop_new();
    struct supervisor *supervisor = supervisor_new(loop, may_reload, &copy);
    int code;

    supervise_argv(options, role, argv);
    for (unsigned i = 0; i < count; i++)
        supervisor_add(supervisor, &child);
    code = supervisor_run(supervisor);
    supervisor_free(supervisor);
    loop_free(loop);
    return code;
}

int supervise_role(const struct daemon_options *options, const char *role,
                   int (*run)(const struct daemon_options *options))
{
    struct error err = {0};
    struct settings *settings = setup_settings(options, role, &err);
    unsigned count = 0;
    bool ok = settings != NULL;

    if (ok)
        count = supervise_count(options, settings, role);
    if (count > 1 && strcmp(role, "serve") == 0)
        ok = setup_probe_listen(settings, &err);
    settings_release(settings);
    if (!ok)
        return setup_failed(role, &err);
    return count > 1 ? run_many(options, role, count) : run(options);
}

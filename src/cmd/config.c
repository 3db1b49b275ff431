/* `afterhours config print`: the settings in force, and where they are from. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "config/settings.h"

#include "base/banned.h"

#define OUTPUT_LIMIT (64 << 20)

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

/* Wrong settings are shown too: that is when people ask for them. */
static int print(const char *path, bool json)
{
    struct error err = {0};
    struct settings *settings = settings_load_raw(path, &err);
    struct buf out;

    buf_init(&out, OUTPUT_LIMIT);
    if (json)
        settings_print_json(settings, &out);
    else
        settings_print(settings, &out);
    if (!buf_ok(&out) || fputs(buf_str(&out), stdout) < 0 ||
        fflush(stdout) != 0)
        error_set(&err, ERROR_FAILED, "the settings could not be written");
    buf_clear(&out);
    settings_release(settings);
    return err.kind == ERROR_NONE ? 0 : command_failed("config", &err);
}

int cmd_config(int argc, char **argv)
{
    const char *path = NULL;
    bool json = false;
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "c:j", long_options, NULL)) !=
           -1) {
        if (option == 'c')
            path = optarg;
        else if (option == 'j')
            json = true;
        else
            return command_odd_option(argv[0], option, argv[optind - 1]);
    }
    if (optind >= argc)
        return command_misused(argv[0], "say what to do: config print");
    if (strcmp(argv[optind], "print") != 0)
        return command_misused(argv[0], "'%s' is not 'print'", argv[optind]);
    if (optind + 1 < argc)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind + 1]);
    return print(path, json);
}

/* `afterhours up`, `serve` and `work`: options in, a process out. */
#include <getopt.h>
#include <string.h>

#include "base/text.h"
#include "cmd/commands.h"
#include "daemon/daemon.h"

#include "base/banned.h"

#define SANDBOX_LISTEN "127.0.0.1:8090"
#define MOST_PROCESSES 64

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"processes", required_argument, NULL, 'n'},
    {"sandbox", no_argument, NULL, 's'},
    {"sandbox-listen", required_argument, NULL, 'l'},
    {"sandbox-url", required_argument, NULL, 'u'},
    {"demo", no_argument, NULL, 'd'},
    {"child", no_argument, NULL, 'C'},
    {NULL, 0, NULL, 0},
};

static bool read_option(struct daemon_options *options, int option)
{
    int64_t number;

    switch (option) {
    case 'c':
        options->config = optarg;
        return true;
    case 'n':
        if (!text_int(optarg, 1, MOST_PROCESSES, &number))
            return false;
        options->processes = (unsigned)number;
        return true;
    case 's':
        options->sandbox = true;
        return true;
    case 'l':
        options->sandbox_listen = optarg;
        return true;
    case 'u':
        options->sandbox_url = optarg;
        return true;
    case 'd':
        options->demo = true;
        return true;
    case 'C':
        options->child = true;
        return true;
    default:
        return false;
    }
}

static int run(int argc, char **argv,
               int (*process)(const struct daemon_options *options))
{
    struct daemon_options options = {.sandbox_listen = SANDBOX_LISTEN};
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:n:", long_options, NULL)) != -1)
        if (!read_option(&options, option))
            return command_odd_option(argv[0], option, argv[optind - 1]);
    if (optind < argc)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind]);
    return process(&options);
}

int cmd_up(int argc, char **argv)
{
    return run(argc, argv, daemon_up);
}

int cmd_serve(int argc, char **argv)
{
    return run(argc, argv, daemon_serve);
}

int cmd_work(int argc, char **argv)
{
    return run(argc, argv, daemon_work);
}

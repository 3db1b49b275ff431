/* `afterhours help`, and what main() does with its arguments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/secret.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/commands.h"

#include "base/banned.h"

#define MOST_COMMANDS 64

static void print_overview(FILE *out)
{
    fprintf(out, "Usage: afterhours COMMAND [options]\n\n");
    for (const struct command *row = commands; row->name; row++)
        fprintf(out, "  %-12s %s\n", row->name, row->summary);
    fprintf(out,
            "\nSettings come from --config FILE, else AFTERHOURS_CONFIG, else\n"
            "/etc/afterhours/afterhours.yaml if it is there, and from\n"
            "environment names such as AFTERHOURS_REDIS_URL.\n"
            "Exit codes: 0 done, 1 failed, 2 used wrongly, 69 a dependency is\n"
            "away, 75 try later, 78 configuration.\n");
}

static void print_command(FILE *out, const struct command *row)
{
    fprintf(out, "Usage: afterhours %s%s%s\n\n%s.\n", row->name,
            row->arguments[0] ? " " : "", row->arguments, row->summary);
    if (row->options[0])
        fprintf(out, "\n%s", row->options);
}

static int unknown_command(const char *name)
{
    const char *names[MOST_COMMANDS];
    const char *nearest;
    size_t count = 0;

    for (const struct command *row = commands;
         row->name && count < MOST_COMMANDS - 1; row++)
        names[count++] = row->name;
    names[count] = NULL;
    nearest = text_nearest(name, names);
    fprintf(stderr, "afterhours: there is no command '%s'", name);
    if (nearest)
        fprintf(stderr, "; did you mean '%s'?", nearest);
    fprintf(stderr, "\nTry 'afterhours help'.\n");
    return 2;
}

int cmd_help(int argc, char **argv)
{
    static char help_option[] = "--help";
    const struct command *row;

    if (argc < 2) {
        print_overview(stdout);
        return 0;
    }
    row = command_find(argv[1]);
    if (!row)
        return unknown_command(argv[1]);
    if (argc > 2 &&
        row->run == cmd_chats) /* its verbs have help of their own */
        return cmd_chats(3, (char *[]){argv[1], argv[2], help_option, NULL});
    print_command(stdout, row);
    return 0;
}

/* Libraries that would go on without memory, with half a text or none, end the
 * process as we do. libevent and libcurl are told where they are started. */
static void share_memory(void)
{
    crypto_start();
    json_set_alloc_funcs(alloc_bytes, free);
}

int cmd_main(int argc, char **argv)
{
    const struct command *row;

    secrets_stay_inside();
    share_memory();
    if (argc < 1) {
        print_overview(stderr);
        return 2;
    }
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        print_overview(stdout);
        return 0;
    }
    if (strcmp(argv[0], "--version") == 0)
        row = command_find("version");
    else
        row = command_find(argv[0]);
    if (!row)
        return unknown_command(argv[0]);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_command(stdout, row);
        return 0;
    }
    return row->run(argc, argv);
}

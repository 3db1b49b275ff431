/* The table of subcommands, in the order of `afterhours help`. */
#include "cmd/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

/* clang-format off */
const struct command commands[] = {
    { "help", "[COMMAND]", "Say what there is, or how one command is used",
      "", cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int command_failed(const char *name, const struct error *err)
{
    fprintf(stderr, "afterhours %s: %s\n", name, err->text);
    return error_exit_code(err);
}

int command_misused(const char *name, const char *format, ...)
{
    va_list list;

    fprintf(stderr, "afterhours %s: ", name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\nTry 'afterhours help %s'.\n", name);
    return 2;
}

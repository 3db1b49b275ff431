/*
 * The table of subcommands. Each row's run() gets argv[0] = its name, reads its
 * options with getopt_long(), and returns the exit code: 0 done, 1 failed, 2
 * used wrongly, 69 a dependency is away, 75 try later, 78 configuration.
 */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

struct command {
    const char *name;
    const char *arguments; /* "[ID ...] [--dry-run]" */
    const char *summary;   /* one line, no full stop */
    const char *options;   /* lines of help, or "" */
    int (*run)(int argc, char **argv);
};

/* NULL name ends the table. */
extern const struct command commands[];

const struct command *command_find(const char *name);

/* Says what is wrong on standard error, with a way to help; returns the code.
 */
int command_failed(const char *name, const struct error *err);
int command_misused(const char *name, const char *format, ...)
    like_printf(2, 3);
/*
 * The same after getopt_long() gave option with opterr off; word is what it
 * read last: an option that there is not, one without its value, or a value.
 */
int command_odd_option(const char *name, int option, const char *word);

/* An option that has a value, or is a switch. */
struct command_option {
    const char *name;   /* NULL ends a list of them */
    const char **value; /* where its value goes, borrowed from argv; or */
    bool *given;        /* set if it is there */
};
/*
 * Reads the options; -c is --config. optind is then that of the first word
 * behind them. False: used wrongly, and said so; the exit code is 2.
 */
must_check bool command_options(int argc, char **argv,
                                const struct command_option *options);

int cmd_chats(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_discard(int argc, char **argv);
int cmd_erase(int argc, char **argv);
int cmd_healthcheck(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_release(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_replays(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_sandbox(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_submit(int argc, char **argv);
int cmd_up(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_work(int argc, char **argv);

#endif

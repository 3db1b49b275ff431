/*
 * Starts processes by fork and exec, restarts what dies (with backoff), passes
 * signals on, and stops them in order. A child that cannot even start for the
 * first time ends the whole: its own message has said why.
 */
#ifndef DAEMON_SUPERVISE_H
#define DAEMON_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/daemon.h"
#include "net/loop.h"

struct supervisor;

#define SUPERVISE_SELF "afterhours" /* as argv[0]: this program itself */

struct child_options {
    const char *name;        /* for the log; copied */
    const char *const *argv; /* argv[0]: a path, or SUPERVISE_SELF; copied */
    unsigned rank;           /* rank 0 is stopped first; only it gets HUP, TSTP
                                and CONT */
    int keep_fd;             /* stays open in the child; -1: none */
};

/* may_reload is asked before HUP is passed on. */
struct supervisor *supervisor_new(struct loop *loop,
                                  bool (*may_reload)(void *context),
                                  void *context);
void supervisor_add(struct supervisor *supervisor,
                    const struct child_options *options);

/* Starts everything, runs the loop until all has ended; the exit code. */
int supervisor_run(struct supervisor *supervisor);
void supervisor_free(struct supervisor *supervisor);

#define SUPERVISE_ARGV_MAX 16

/* argv for this program in another role, under a supervisor. */
void supervise_argv(const struct daemon_options *options, const char *role,
                    const char *argv[SUPERVISE_ARGV_MAX]);

/* How many processes of a role the options and the settings ask for. */
unsigned supervise_count(const struct daemon_options *options,
                         const struct settings *settings, const char *role);

/* One role as the command says: in this process, or N under a supervisor. */
int supervise_role(const struct daemon_options *options, const char *role,
                   int (*run)(const struct daemon_options *options));

#endif

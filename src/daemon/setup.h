/* What every process does with its options: settings, log, complaints. */
#ifndef DAEMON_SETUP_H
#define DAEMON_SETUP_H

#include "daemon/daemon.h"

/* Settings with the command line's word in them; the log is set up by them. */
struct settings *setup_settings(const struct daemon_options *options,
                                const char *process, struct error *err);

/*
 * For HUP: the new settings, or NULL after saying in the log why the old ones
 * stay in force.
 */
struct settings *setup_reload(const struct daemon_options *options,
                              const char *process);

/* Says err on standard error and in the log's form; the exit code for it. */
int setup_failed(const char *process, const struct error *err);

/*
 * For a supervisor, before it starts serve: whether the port is free and the
 * certificate can be read. Several processes on one port would not notice a
 * stranger who shares it. In serve.c.
 */
must_check bool setup_probe_listen(const struct settings *settings,
                                   struct error *err);

/* Likewise for the sandbox, if there is to be one. In serve.c. */
must_check bool setup_probe_sandbox(const struct daemon_options *options,
                                    struct error *err);

/* As many descriptors as the system lets us have, and no death by a pipe. */
void setup_process(void);

/*
 * How many connections of strangers, at most wanted, leave the descriptors that
 * the process itself needs: else it could not reach Redis again while they are
 * held. Says in the log when that is fewer than wanted.
 */
unsigned setup_connections(unsigned wanted);

#endif

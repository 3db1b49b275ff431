/*
 * The processes: serve, work, and up, which runs everything. Each function runs
 * until it is told to stop and returns the process's exit code.
 *
 * TERM and INT drain and end; a second one ends at once. HUP reads the settings
 * again; a bad file leaves the old ones in force and says so. TSTP: work stops
 * taking work and finishes what is in hand; CONT goes on.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>

#include "config/settings.h"
#include "daemon/signals.h"

/* What the command line says; all texts borrowed for the process's life. */
struct daemon_options {
    const char *config;         /* --config, or NULL */
    const char *sandbox_url;    /* destinations without an address go there */
    const char *sandbox_listen; /* up only: where the sandbox shall listen */
    unsigned processes;         /* 0: as the settings say */
    bool sandbox;               /* up only: run one */
    bool demo;                  /* serve the demo page at / */
    bool child;                 /* under a supervisor: be one process */
};

/* The bearer token between `up`'s processes and its sandbox. */
#define DAEMON_SANDBOX_TOKEN "sandbox"

int daemon_serve(const struct daemon_options *options);
int daemon_work(const struct daemon_options *options);
int daemon_up(const struct daemon_options *options);

/*
 * For commands beside a running `up`: when the settings name no Redis, fills in
 * the one that `up` runs in their data folder.
 */
must_check bool daemon_find_redis(struct settings *settings, struct error *err);

/*
 * Likewise: points destinations that have no address at the sandbox of a
 * running `up`. Its address, which the caller frees; NULL when there is none.
 */
char *daemon_find_sandbox(struct settings *settings);

#endif

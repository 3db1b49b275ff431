/*
 * The filters that list and replay share: --destination, --state, --form,
 * --since, --until, --reason, --search, --email, --limit.
 */
#ifndef CMD_SELECT_H
#define CMD_SELECT_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/email.h"
#include "base/error.h"
#include "cmd/ask.h"
#include "submission/submission.h"

struct selection {
    const char *destination, *form, *reason, *search; /* borrowed; NULL: any */
    char email[EMAIL_SIZE];                           /* "": any */
    bool by_state;
    enum state state;
    int64_t since, until; /* received, wall clock ms; 0: open */
    size_t limit;
    unsigned filters; /* how many were given, the limit aside */
    bool left;        /* of destinations, too, that the settings do not have */
};

/* Rows for a command's table of long options, each with its letter. */
/* clang-format off */
#define SELECTION_OPTIONS                                                      \
    { "destination", required_argument, NULL, 'D' },                           \
    { "state", required_argument, NULL, 'S' },                                 \
    { "form", required_argument, NULL, 'F' },                                  \
    { "since", required_argument, NULL, 'A' },                                 \
    { "until", required_argument, NULL, 'B' },                                 \
    { "reason", required_argument, NULL, 'R' },                                \
    { "search", required_argument, NULL, 'Q' },                                \
    { "email", required_argument, NULL, 'E' },                                 \
    { "limit", required_argument, NULL, 'L' }
/* clang-format on */

#define SELECTION_HELP                                                         \
    "  --destination D  of that destination only\n"                            \
    "  --state S        queued, delivering, delivered, linked, unlinked,\n"    \
    "                   failed or quarantined\n"                               \
    "  --form F         handed in by that form\n"                              \
    "  --since T        received since then: 2h, 3d, 2026-11-22T09:00:00Z\n"   \
    "  --until T        received before then\n"                                \
    "  --reason TEXT    whose last reason has these words\n"                   \
    "  --search TEXT    whose id or message has these words\n"                 \
    "  --email ADDRESS  of that person\n"                                      \
    "  --limit N        that many, the newest\n"

/* Takes an option of the command's own, with its value in optarg. False: there
 * is no such option, or err says what is wrong with its value. */
typedef bool selection_own(void *context, int option, struct error *err);

/* Reads the options of a command: filters into selection, others by own. False:
 * used wrongly, and said so. optind is left at the first argument after them.
 */
must_check bool selection_read(int argc, char **argv,
                               const struct option *options,
                               struct selection *selection, selection_own *own,
                               void *context);

/* Whether the settings have a form of that name; err names the nearest. */
must_check bool selection_known_form(const struct settings *settings,
                                     const char *form, struct error *err);

/* Whether the values go together, and the settings have these names. */
must_check bool selection_check(const struct session *session,
                                const struct selection *selection,
                                struct error *err);

/* As the queue has it, of one destination. */
struct walk_filter selection_filter(const struct selection *selection,
                                    const char *destination);

/* What fits, newest first. */
must_check bool selection_run(struct session *session,
                              const struct selection *selection,
                              struct submissions *found, struct error *err);

#endif

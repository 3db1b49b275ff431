/*
 * `afterhours chats`: the Chats API from the command line. What its files
 * share: the options, and the table of what it does.
 *
 *   chats.c          the table, options, help
 *   chats_link.c     where to; one request with its waits and repetitions
 *   chats_pace.c     how fast
 *   chats_progress.c the line on a terminal that says how far it is
 *   chats_out.c      chats as a table or as JSON
 *   chats_VERB.c     what each does
 */
#ifndef CMD_CHATS_H
#define CMD_CHATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

#define CHATS_USUAL_LIMIT 50

struct chats_options {
    const char *config, *destination, *url, *token_file, *ca;
    bool by_rate; /* --rate was given */
    unsigned rate;
    bool json;

    /* list, search */
    size_t limit; /* SIZE_MAX: all */
    bool full;

    /* create */
    const char *message, *email, *name, *phone, *notes, *session, *file;
    int64_t department;
    int64_t at; /* wall clock, ms */

    bool yes; /* delete */

    /* export */
    const char *since, *until, *start_id, *fields, *out;
    bool resume;

    char **arguments; /* what is no option; NULL ends them */
    size_t count;
};

struct chats_link;

/*
 * Each is given the way to the API, open. ERROR_USAGE: used wrongly, which
 * should have been found out by check().
 */
struct chats_verb {
    const char *name;
    const char *arguments; /* "ID ..." */
    const char *summary;
    const char *letters; /* its options besides those that all have */
    const char *help;    /* lines on those */
    /* Whether it is used rightly; NULL: it takes no arguments. */
    bool (*check)(const struct chats_options *options, struct error *err);
    bool (*run)(struct chats_link *link, const struct chats_options *options,
                struct error *err);
    bool offline; /* link is NULL */
};

must_check bool chats_some(const struct chats_options *options,
                           struct error *err); /* check(): ids */
must_check bool chats_search_check(const struct chats_options *options,
                                   struct error *err);
must_check bool chats_show_check(const struct chats_options *options,
                                 struct error *err);
must_check bool chats_create_check(const struct chats_options *options,
                                   struct error *err);
must_check bool chats_update_check(const struct chats_options *options,
                                   struct error *err);
must_check bool chats_delete_check(const struct chats_options *options,
                                   struct error *err);
must_check bool chats_export_check(const struct chats_options *options,
                                   struct error *err);

must_check bool chats_list(struct chats_link *link,
                           const struct chats_options *options,
                           struct error *err);
must_check bool chats_ids(struct chats_link *link,
                          const struct chats_options *options,
                          struct error *err);
must_check bool chats_search(struct chats_link *link,
                             const struct chats_options *options,
                             struct error *err);
must_check bool chats_show(struct chats_link *link,
                           const struct chats_options *options,
                           struct error *err);
must_check bool chats_create(struct chats_link *link,
                             const struct chats_options *options,
                             struct error *err);
must_check bool chats_update(struct chats_link *link,
                             const struct chats_options *options,
                             struct error *err);
must_check bool chats_delete(struct chats_link *link,
                             const struct chats_options *options,
                             struct error *err);
must_check bool chats_export(struct chats_link *link,
                             const struct chats_options *options,
                             struct error *err);

must_check bool chats_properties(struct chats_link *link,
                                 const struct chats_options *options,
                                 struct error *err);

/* For `afterhours help chats`. */
#define CHATS_HELP                                                             \
    "  list                 the newest chats\n"                                \
    "  ids ID ...           these chats, fifty in one request\n"               \
    "  search QUERY         as in 'visitor_email:ada@example.org AND\n"        \
    "                       timestamp:[2026-01-01 TO *] invoice'\n"            \
    "  show ID              one chat with all it has\n"                        \
    "  create               post an offline message, once\n"                   \
    "  update ID KEY=VALUE ...\n"                                              \
    "                       change what may be changed\n"                      \
    "  delete ID ...        delete these chats\n"                              \
    "  export --since T     all that changed since then, a line of JSON "      \
    "each\n"                                                                   \
    "  properties           what a chat has, by the table this program uses\n" \
    "'afterhours chats VERB --help' says more of each. All of them take\n\n"   \
    "  --destination NAME   of the settings (else: the first)\n"               \
    "  --url URL            another server; its token comes from\n"            \
    "  --token-file FILE    or from AFTERHOURS_CHATS_TOKEN\n"                  \
    "  --ca FILE            authorities to trust instead of the system's\n"    \
    "  --rate N             at most N requests a minute; 0: no limit (else:\n" \
    "                       the destination's budget_per_minute without the\n" \
    "                       reserve of its deliveries; with --url what it\n"   \
    "                       says, or 200)\n"                                   \
    "  --json               JSON on standard output, nothing else\n"

#endif

/*
 * `afterhours replay`: what was set aside is tried again, on a person's word.
 * Every message whose post may have left is looked for in Zendesk first.
 */
#include "cmd/commands.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/output.h"
#include "cmd/select.h"
#include "cmd/session.h"
#include "describe/preview.h"

#include "base/banned.h"

#define MINUTE_MS 60000
#define RATE_MAX  60000

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'd'},
    {"yes", no_argument, NULL, 'y'},
    {"rate", required_argument, NULL, 'r'},
    SELECTION_OPTIONS,
    {NULL, 0, NULL, 0},
};

struct replay_options {
    const char *config;
    bool dry_run, yes;
    int64_t rate; /* a minute; 0: at once */
    struct selection selection;
    char **ids; /* NULL ends them; none: by the filters */
};

/* Buried ones of these ids; says which are not. */
static bool find_ids(struct session *session, char **ids,
                     struct submissions *found, struct error *err)
{
    for (; *ids; ids++) {
        struct submission submission;
        bool there;

        if (!ask_find(session, *ids, &submission, &there, err))
            return false;
        if (!there || submission.place != PLACE_DEAD) {
            fprintf(stderr, "%s: %s\n", *ids,
                    there ? "is not set aside; nothing to replay"
                          : "there is no such submission");
            submission_clear(&submission);
            continue;
        }
        found->list =
            alloc_resize(found->list, found->count + 1, sizeof(*found->list));
        found->list[found->count++] = submission;
    }
    return true;
}

static void print_preview(const struct settings *settings,
                          const struct submissions *found, int64_t rate)
{
    static const struct table_column columns[] = {{"COUNT", true, false},
                                                  {"REASON", false, true}};
    struct table *table = table_new(columns, 2);
    struct preview preview = {0};
    int64_t seconds;

    for (size_t i = 0; i < found->count; i++)
        preview_add(&preview, &found->list[i]);
    for (size_t i = 0; i < preview.reason_count; i++) {
        char number[24];
        const char *cells[] = {number, preview.reasons[i].text};

        snprintf(number, sizeof(number), "%zu", preview.reasons[i].count);
        table_row(table, cells);
    }
    table_print(table);
    seconds = preview_seconds(&preview, settings, (unsigned)rate);
    printf("%zu to replay; about %" PRId64 " min.\n", found->count,
           seconds / 60 + 1);
    preview_clear(&preview);
}

/* A person's yes. With ids the word was given by naming them. */
static bool confirmed(const struct replay_options *options, struct error *err)
{
    char line[16] = "";

    if (options->yes || options->ids[0])
        return true;
    if (!isatty(STDIN_FILENO))
        return error_set(err, ERROR_USAGE,
                         "add --yes to replay all of these, or --dry-run to "
                         "only look");
    printf("Replay all of these? [y/N] ");
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y'))
        return true;
    return error_set(err, ERROR_FAILED, "nothing was replayed");
}

static void print_progress(size_t done, size_t all)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu of %zu%s", done, all, done == all ? "\n" : "");
}

static bool replay_all(struct session *session,
                       const struct replay_options *options,
                       const struct submissions *found, size_t *replayed,
                       struct error *err)
{
    *replayed = 0;
    for (size_t i = 0; i < found->count; i++) {
        size_t moved = 0;

        if (options->rate && i > 0)
            session_pause(session, MINUTE_MS / options->rate);
        if (!ask_to_replay(session, &found->list[i], &moved, err))
            return error_prefix(err, "after %zu of %zu", i, found->count);
        if (!moved)
            fprintf(stderr, "%s: somebody else has moved it; left alone\n",
                    found->list[i].id);
        *replayed += moved;
        print_progress(i + 1, found->count);
    }
    return true;
}

static bool replay(struct session *session,
                   const struct replay_options *options,
                   const struct submissions *found, struct error *err)
{
    size_t replayed;

    if (found->count == 0 && !options->ids[0]) {
        printf("Nothing fits.\n");
        return true;
    }
    if (options->dry_run || !options->ids[0])
        print_preview(session->settings, found, options->rate);
    if (options->dry_run)
        return true;
    if (!confirmed(options, err) ||
        !replay_all(session, options, found, &replayed, err))
        return false;
    printf("%zu replayed.\n", replayed);
    if (replayed < found->count || replayed == 0)
        return error_set(err, ERROR_FAILED, "not all could be replayed");
    return true;
}

static bool run(struct session *session, const struct replay_options *options,
                struct error *err)
{
    struct submissions found = {0};
    bool ok = session_open(session, options->config, err) &&
              session_connect(session, err);

    if (ok)
        ok = options->ids[0]
                 ? find_ids(session, options->ids, &found, err)
                 : selection_run(session, &options->selection, &found, err);
    ok = ok && replay(session, options, &found, err);
    submissions_clear(&found);
    return ok;
}

/* "30/min" or "30". */
static bool read_rate(const char *text, int64_t *rate)
{
    const char *slash = strchr(text, '/');
    char number[16];

    if (slash && strcmp(slash, "/min") != 0 && strcmp(slash, "/m") != 0)
        return false;
    snprintf(number, sizeof(number), "%.*s",
             slash ? (int)(slash - text) : (int)sizeof(number), text);
    return text_int(number, 1, RATE_MAX, rate);
}

static bool take_option(struct replay_options *options, int option,
                        struct error *err)
{
    bool known;

    if (!selection_option(&options->selection, option, optarg, &known, err))
        return false;
    if (known)
        return true;
    switch (option) {
    case 'c':
        options->config = optarg;
        return true;
    case 'd':
        options->dry_run = true;
        return true;
    case 'y':
        options->yes = true;
        return true;
    case 'r':
        if (read_rate(optarg, &options->rate))
            return true;
        return error_set(err, ERROR_USAGE,
                         "--rate: write how many a minute, as in 30/min");
    default:
        return error_set(err, ERROR_USAGE, "there is no such option");
    }
}

/* Only what is set aside can be replayed, and somebody must say which. */
static bool check_options(struct replay_options *options, struct error *err)
{
    struct selection *selection = &options->selection;

    if (options->ids[0] && selection->filters)
        return error_set(err, ERROR_USAGE, "give ids or filters, not both");
    if (!options->ids[0] && !selection->filters)
        return error_set(err, ERROR_USAGE,
                         "say which: ids, or filters such as --state failed "
                         "or --since 2h");
    if (selection->by_state && selection->state != STATE_FAILED)
        return error_set(err, ERROR_USAGE,
                         "only --state failed can be replayed");
    selection->by_state = true;
    selection->state = STATE_FAILED;
    return true;
}

int cmd_replay(int argc, char **argv)
{
    struct replay_options options = {0};
    struct session session = {0};
    struct error err = {0};
    int option;
    bool ok;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
        if (!take_option(&options, option, &err))
            return command_misused(argv[0], "%s: %s", argv[optind - 1],
                                   err.text);
    options.ids = argv + optind;
    if (!check_options(&options, &err))
        return command_misused(argv[0], "%s", err.text);
    ok = run(&session, &options, &err);
    session_close(&session);
    if (!ok && err.kind == ERROR_USAGE)
        return command_misused(argv[0], "%s", err.text);
    return ok ? 0 : command_failed(argv[0], &err);
}

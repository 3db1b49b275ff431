/*
 * `afterhours replay`: what was set aside is tried again, on a person's word.
 * Every message whose post may have left is looked for in Zendesk first. The
 * list of them is put down in Redis, and worked off by whoever is there: this
 * process, and those that serve and work, when it is gone.
 */
#include "cmd/commands.h"

#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/output.h"
#include "cmd/rate.h"
#include "cmd/replay_choose.h"
#include "cmd/replay_preview.h"
#include "cmd/replay_watch.h"
#include "cmd/select.h"
#include "cmd/session.h"

#include "base/banned.h"

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'd'},
    {"yes", no_argument, NULL, 'y'},
    {"rate", required_argument, NULL, 'r'},
    {"wait", no_argument, NULL, 'w'},
    {"detach", no_argument, NULL, 'x'},
    {"json", no_argument, NULL, 'j'},
    SELECTION_OPTIONS,
    {NULL, 0, NULL, 0},
};

struct replay_options {
    const char *config;
    bool dry_run, yes, wait, detach, json;
    unsigned rate; /* a minute; 0: at once */
    struct selection selection;
    char **ids; /* NULL ends them; none: by the filters */
};

static void preview(const struct replay_options *options,
                    const struct settings *settings,
                    const struct submissions *found)
{
    struct preview preview = {.now = clock_wall_ms()};

    for (size_t i = 0; i < found->count; i++)
        preview_add(&preview, &found->list[i]);
    if (options->json)
        output_json(preview_json(&preview, settings, options->rate));
    else
        replay_preview_print(&preview, settings, options->rate);
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

/* Who is at the keyboard, also behind sudo. */
static void write_name(char name[ID_NAME_MAX + 1])
{
    const struct passwd *user = getpwuid(getuid());
    const char *sudo = getenv("SUDO_USER");
    const char *known = sudo && *sudo ? sudo : user ? user->pw_name : NULL;

    if (known && strlen(known) <= ID_NAME_MAX &&
        text_clean(known, strlen(known)))
        snprintf(name, ID_NAME_MAX + 1, "%s", known);
    else
        snprintf(name, ID_NAME_MAX + 1, "user %u", (unsigned)getuid());
}

static bool start(struct session *session, const struct replay_options *options,
                  const struct submissions *found, struct replay *replay,
                  struct error *err)
{
    struct replay_item *items = NEW_ARRAY(found->count, struct replay_item);
    bool ok;

    for (size_t i = 0; i < found->count; i++) {
        memcpy(items[i].id, found->list[i].id, sizeof(items[i].id));
        items[i].generation = found->list[i].generation;
    }
    id_make(replay->id, "replay", clock_wall_ms());
    write_name(replay->by);
    replay->rate = options->rate;
    replay->total = (int64_t)found->count;
    ok = ask_to_start(session, replay, items, err);
    free(items);
    return ok;
}

/* A terminal is there for somebody who wants to see the end. */
static bool stays_to_the_end(const struct replay_options *options)
{
    return options->wait || isatty(STDERR_FILENO);
}

static bool start_and_watch(struct session *session,
                            const struct replay_options *options,
                            const struct submissions *found, int *code,
                            struct error *err)
{
    struct replay replay = {0};
    const struct replay_watching watching = {
        .config = options->config,
        .id = replay.id,
        .to_rest = stays_to_the_end(options),
    };

    if (!options->detach)
        queue_run_replays(session->queue);
    if (!start(session, options, found, &replay, err))
        return false;
    if (options->detach) {
        printf("%s\n", replay.id);
        return true;
    }
    fprintf(stderr, "%s: %zu to replay\n", replay.id, found->count);
    return replay_watch(session, &watching, code, err);
}

static bool replay(struct session *session,
                   const struct replay_options *options,
                   const struct submissions *found, int *code,
                   struct error *err)
{
    if (found->count == 0 && !options->json) {
        printf("Nothing fits: nothing that has failed is as these filters say "
               "('afterhours list --state failed' has all that failed).\n");
        return true;
    }
    if (options->dry_run || !(options->ids[0] || options->yes))
        preview(options, session->settings, found);
    if (options->dry_run)
        return true;
    return confirmed(options, err) &&
           start_and_watch(session, options, found, code, err);
}

static bool run(struct session *session, const struct replay_options *options,
                int *code, struct error *err)
{
    struct submissions found = {0};
    bool ok = session_open(session, options->config, err) &&
              session_connect(session, err) &&
              replay_choose(session, &options->selection, options->ids, &found,
                            err) &&
              replay(session, options, &found, code, err);

    submissions_clear(&found);
    return ok;
}

static bool take_own(void *context, int option, struct error *err)
{
    struct replay_options *options = context;

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
    case 'w':
        options->wait = true;
        return true;
    case 'x':
        options->detach = true;
        return true;
    case 'j':
        options->json = true;
        return true;
    case 'r':
        return rate_read(optarg, &options->rate, err);
    default:
        return false;
    }
}

/* Only what is set aside can be replayed, and somebody must say which. */
static bool check_options(const struct replay_options *options,
                          struct error *err)
{
    const struct selection *selection = &options->selection;

    if (!options->ids[0] && !selection->filters)
        return error_set(err, ERROR_USAGE,
                         "say which: ids, or filters such as --state failed "
                         "or --since 2h");
    if (options->ids[0] && selection->limit)
        return error_set(err, ERROR_USAGE,
                         "--limit goes with filters, not with ids");
    if (selection->by_state && selection->state != STATE_FAILED)
        return error_set(err, ERROR_USAGE,
                         "only --state failed can be replayed");
    if (options->wait && options->detach)
        return error_set(err, ERROR_USAGE, "give --wait or --detach, not both");
    if (options->json && !options->dry_run)
        return error_set(err, ERROR_USAGE, "--json goes with --dry-run");
    return true;
}

/* False: used wrongly, and said so. */
static bool read_options(int argc, char **argv, struct replay_options *options)
{
    struct error err = {0};

    if (!selection_read(argc, argv, long_options, &options->selection, take_own,
                        options))
        return false;
    options->ids = argv + optind;
    if (check_options(options, &err))
        return true;
    command_misused(argv[0], "%s", err.text);
    return false;
}

int cmd_replay(int argc, char **argv)
{
    struct replay_options options = {0};
    struct session session = {0};
    struct error err = {0};
    int code = 0;
    bool ok;

    if (!read_options(argc, argv, &options))
        return 2;
    ok = run(&session, &options, &code, &err);
    session_close(&session);
    if (!ok && err.kind == ERROR_USAGE)
        return command_misused(argv[0], "%s", err.text);
    return ok ? code : command_failed(argv[0], &err);
}

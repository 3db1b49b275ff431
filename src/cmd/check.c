/*
 * `afterhours check`: reads the settings, reaches Redis and Zendesk, and says
 * what is wrong and how to mend it.
 */
#include "cmd/commands.h"

#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "cmd/findings.h"
#include "cmd/session.h"

#include "base/banned.h"

#define AGAIN_MS 500

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"wait", required_argument, NULL, 'w'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

struct check_options {
    const char *config;
    int64_t wait_ms;
    bool json;
};

/* clang-format off */
static const int exit_codes[] = {
    [FINDING_GOOD]  = 0,
    [FINDING_NOTE]  = 0,
    [FINDING_WRONG] = 1,
    [FINDING_AWAY]  = 69,
};
/* clang-format on */

static void judge_secrets(struct findings *findings,
                          const struct settings *settings)
{
    struct lacking unread;

    for (size_t i = 0; settings_unread(settings, NULL, i, &unread); i++)
        findings_add(findings, FINDING_WRONG, "settings",
                     "put the file there, for the relay's user to read; what "
                     "runs goes on with what was in it, but starts no more",
                     "%s: %s", unread.setting, unread.why);
}

/*
 * One look at everything. False: the settings cannot be used. Waits a moment
 * when something is away and there is time for another look.
 */
static bool look(const struct check_options *options, int64_t until,
                 struct findings *findings, struct error *err)
{
    struct session session = {0};
    bool ok = session_load(&session, options->config, err);

    if (ok) {
        findings_add(findings, FINDING_GOOD, "settings", NULL, "%s",
                     session.settings->path
                         ? session.settings->path
                         : "no file: defaults and the environment");
        judge_secrets(findings, session.settings);
        check_redis(&session, findings);
        if (session.queue && queue_ready(session.queue, NULL)) {
            check_backlog(&session, findings);
            check_left(&session, findings);
        }
        check_journal(&session, findings);
        check_zendesk(&session, findings);
        check_weather(&session, findings);
        if (findings_worst(findings) == FINDING_AWAY && clock_boot_ms() < until)
            session_pause(&session, AGAIN_MS);
    }
    session_close(&session);
    return ok;
}

static int check(const char *name, const struct check_options *options)
{
    int64_t until = clock_boot_ms() + options->wait_ms;
    struct findings findings = {0};
    struct error err = {0};
    enum finding_level worst;

    do {
        findings_clear(&findings);
        if (!look(options, until, &findings, &err))
            return command_failed(name, &err);
        worst = findings_worst(&findings);
    } while (worst == FINDING_AWAY && clock_boot_ms() < until);
    findings_print(&findings, options->json);
    findings_clear(&findings);
    return exit_codes[worst];
}

int cmd_check(int argc, char **argv)
{
    struct check_options options = {0};
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1) {
        if (option == 'c')
            options.config = optarg;
        else if (option == 'j')
            options.json = true;
        else if (option != 'w' ||
                 !clock_parse_duration(optarg, &options.wait_ms))
            return command_odd_option(argv[0], option, argv[optind - 1]);
    }
    if (optind < argc)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind]);
    return check(argv[0], &options);
}

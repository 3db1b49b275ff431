/*
 * A person's word on single submissions (`release`, `discard`, `erase`) and on
 * whole destinations (`pause`, `resume`).
 */
#include "cmd/moves.h"

#include <stdio.h>
#include <unistd.h>

#include "cmd/commands.h"

#include "base/banned.h"

static bool move_one(struct session *session, const struct move *move,
                     const char *id, bool *moved, struct error *err)
{
    size_t count = 0;

    if (!ask_to_move(session, move->move, id, &count, err))
        return false;
    *moved = count > 0;
    printf("%s: %s\n", id, *moved ? move->done : move->not_done);
    return true;
}

static bool turn_one(struct session *session, const struct move *move,
                     const char *name, bool *moved, struct error *err)
{
    *moved = settings_destination(session->settings, name) != NULL;
    if (*moved && !move->turn(session, name, err))
        return false;
    printf("%s: %s\n", name, *moved ? move->done : move->not_done);
    return true;
}

static bool start_one(struct session *session, const struct move *move,
                      const char *name, bool *moved, struct error *err)
{
    const struct settings_form *form = settings_form(session->settings, name);

    *moved = form != NULL;
    if (*moved && !move->start(session, form, err))
        return false;
    printf("%s: %s\n", name, *moved ? move->done : move->not_done);
    return true;
}

static bool do_one(struct session *session, const struct move *move,
                   const char *name, bool *moved, struct error *err)
{
    if (move->start)
        return start_one(session, move, name, moved, err);
    return move->move ? move_one(session, move, name, moved, err)
                      : turn_one(session, move, name, moved, err);
}

/* All of them, even if one was not where it is moved from. */
static bool run(struct session *session, const struct move *move,
                const char *config, char **names, bool *all, struct error *err)
{
    if (!session_open(session, config, err))
        return false;
    if (!session_connect(session, err))
        return move->away ? error_prefix(err, "%s", move->away) : false;
    *all = true;
    for (; *names; names++) {
        bool moved = false;
        bool ok = do_one(session, move, *names, &moved, err);

        if (!ok)
            return error_prefix(err, "%s", *names);
        *all = *all && moved;
    }
    return true;
}

int move_all(int argc, char **argv, const struct move *move)
{
    struct session session = {0};
    struct error err = {0};
    const char *config = NULL;
    bool all = false, ok;
    bool callbacks = false;
    const struct command_option options[] = {
        {"config", &config, NULL},
        {move->callbacks ? "callbacks" : NULL, NULL, &callbacks},
        {NULL, NULL, NULL},
    };

    if (!command_options(argc, argv, options))
        return 2;
    if (callbacks && move->callbacks)
        move = move->callbacks;
    if (optind == argc)
        return command_misused(argv[0], "%s", move->wants);
    ok = run(&session, move, config, argv + optind, &all, &err);
    session_close(&session);
    if (!ok)
        return command_failed(argv[0], &err);
    return all ? 0 : 1;
}

int cmd_release(int argc, char **argv)
{
    static const struct move move = {
        .move = queue_release,
        .wants = "give the id of at least one submission",
        .done = "released: it is sent",
        .not_done = "not in quarantine",
    };

    return move_all(argc, argv, &move);
}

int cmd_discard(int argc, char **argv)
{
    static const struct move move = {
        .move = queue_discard,
        .wants = "give the id of at least one submission",
        .done = "discarded",
        .not_done = "not in quarantine",
    };

    return move_all(argc, argv, &move);
}

int cmd_pause(int argc, char **argv)
{
    static const struct move move = {
        .turn = ask_to_pause,
        .wants = "give the name of at least one destination",
        .done = "paused: submissions are accepted and wait",
        .not_done = "there is no such destination in the settings; "
                    "'afterhours status' lists them",
    };

    return move_all(argc, argv, &move);
}

int cmd_resume(int argc, char **argv)
{
    static const struct move callbacks = {
        .start = ask_to_start_callbacks,
        .wants = "give the name of at least one form",
        .done = "its callbacks are sent; 'afterhours replay --state failed' "
                "with its --form sends those that were set aside",
        .not_done = "there is no such form in the settings",
    };
    static const struct move move = {
        .callbacks = &callbacks,
        .turn = ask_to_resume,
        .wants = "give the name of at least one destination",
        .done = "resumed",
        .not_done = "there is no such destination in the settings; "
                    "'afterhours status' lists them",
    };

    return move_all(argc, argv, &move);
}

/*
 * `afterhours replays`: those that run and those that ran; and a person's word
 * on one of them.
 */
#include "cmd/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/output.h"
#include "cmd/rate.h"
#include "cmd/replay_watch.h"
#include "cmd/session.h"
#include "describe/describe.h"

#include "base/banned.h"

struct replays_call {
    struct session session;
    const char *config;
    bool json;
    const struct replays_verb *verb; /* NULL: list, or show */
    const char *id;                  /* NULL: the only one that fits */
    unsigned rate;
    char found[ID_SIZE]; /* where the id was left out */
    int code;
};

typedef bool replays_run(struct replays_call *call, struct error *err);
static replays_run watch, change;

/* Which are meant when no id is given, and what is said when it was done. */
static const struct replays_verb {
    const char *name;
    replays_run *run;
    queue_move *move; /* NULL: the rate */
    bool of_running, of_paused;
    const char *done, *not_done;
} verbs[] = {
    {"watch", watch, NULL, true, true, NULL, NULL},
    {"pause", change, queue_pause_replay, true, false,
     "paused: 'afterhours replays resume' goes on with it", "it does not run"},
    {"resume", change, queue_resume_replay, false, true, "goes on",
     "it is not paused"},
    {"stop", change, queue_stop_replay, true, true,
     "stopped for good; what was not replayed stays failed",
     "it has ended already"},
    {"rate", change, NULL, true, true, "has that rate from now on",
     "it has ended already"},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct replays_verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* When the last one is put back into the queue, or was. */
static void write_end(const struct replay *replay, char text[CLOCK_TEXT_SIZE])
{
    int64_t left = replay->total - replay->done;

    if (replay->ended_at)
        clock_format_seconds(replay->ended_at, text);
    else if (replay->state == REPLAY_PAUSED)
        snprintf(text, CLOCK_TEXT_SIZE, "-");
    else if (!replay->rate)
        snprintf(text, CLOCK_TEXT_SIZE, "soon");
    else
        clock_format_seconds(clock_wall_ms() + left * 60000 / replay->rate,
                             text);
}

static enum paint paint_of(const struct replay *replay)
{
    static const enum paint paints[] = {
        [REPLAY_RUNNING] = PAINT_GOOD,
        [REPLAY_FINISHED] = PAINT_NONE,
        [REPLAY_STOPPED] = PAINT_BAD,
        [REPLAY_PAUSED] = PAINT_WARN,
    };

    return paints[replay->state];
}

static void add_row(struct table *table, const struct replay *replay)
{
    char done[48], left[24], rate[24], began[CLOCK_TEXT_SIZE],
        ends[CLOCK_TEXT_SIZE];
    const char *cells[] = {replay->id, replay_state_name(replay->state),
                           done,       left,
                           rate,       replay->by,
                           began,      ends};

    snprintf(done, sizeof(done), "%" PRId64 " of %" PRId64, replay->done,
             replay->total);
    snprintf(left, sizeof(left), "%" PRId64, replay->total - replay->done);
    if (replay->rate)
        snprintf(rate, sizeof(rate), "%u/min", replay->rate);
    else
        snprintf(rate, sizeof(rate), "none");
    clock_format_seconds(replay->started_at, began);
    write_end(replay, ends);
    table_row(table, cells);
    table_paint(table, 1, paint_of(replay));
}

static void print_table(const struct replay *list, size_t count)
{
    static const struct table_column columns[] = {
        {"ID", false, false},    {"STATE", false, false}, {"DONE", true, false},
        {"LEFT", true, false},   {"RATE", true, false},   {"BY", false, false},
        {"BEGAN", false, false}, {"ENDS", false, false},
    };
    struct table *table =
        table_new(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < count; i++)
        add_row(table, &list[i]);
    table_print(table);
}

static bool list(struct replays_call *call, struct error *err)
{
    struct replays found;
    json_t *root;

    if (!ask_replays(&call->session, &found, err))
        return false;
    if (call->json) {
        root = json_array();
        for (size_t i = 0; i < found.count; i++)
            json_array_append_new(root, describe_replay(&found.list[i]));
        output_json(root);
    } else if (found.count == 0) {
        printf("There are none: 'afterhours replay' begins one.\n");
    } else {
        print_table(found.list, found.count);
    }
    return true;
}

static bool find(struct replays_call *call, struct replay *found,
                 struct error *err)
{
    if (!ask_replay(&call->session, call->id, found, err))
        return false;
    return found->started_at ||
           error_set(err, ERROR_INPUT,
                     "there is no replay '%s', or it ended more than a week "
                     "ago; 'afterhours replays' lists them",
                     call->id);
}

static bool show(struct replays_call *call, struct error *err)
{
    struct replay found;

    if (!find(call, &found, err))
        return false;
    if (call->json) {
        output_json(describe_replay(&found));
        return true;
    }
    print_table(&found, 1);
    printf("\n");
    return replay_print_fates(&call->session, &found, err);
}

/* Where the id was left out: the only one that the verb may mean. */
static bool find_only(struct replays_call *call, struct error *err)
{
    struct replays found;
    size_t fitting = 0;

    if (!ask_replays(&call->session, &found, err))
        return false;
    for (size_t i = 0; i < found.count; i++) {
        enum replay_state state = found.list[i].state;

        if ((call->verb->of_running && state == REPLAY_RUNNING) ||
            (call->verb->of_paused && state == REPLAY_PAUSED)) {
            fitting++;
            memcpy(call->found, found.list[i].id, sizeof(call->found));
        }
    }
    call->id = call->found;
    if (fitting == 0)
        return error_set(err, ERROR_INPUT,
                         "there is none to %s; 'afterhours replays' lists them",
                         call->verb->name);
    if (fitting > 1)
        return error_set(err, ERROR_INPUT,
                         "%zu could be meant: say which, by its id; "
                         "'afterhours replays' lists them",
                         fitting);
    return true;
}

static bool watch(struct replays_call *call, struct error *err)
{
    const struct replay_watching watching = {call->config, call->id, true};

    return replay_watch(&call->session, &watching, &call->code, err);
}

static bool change(struct replays_call *call, struct error *err)
{
    const struct replays_verb *verb = call->verb;
    struct replay found;
    size_t count = 0;
    bool ok =
        verb->move
            ? ask_to_move(&call->session, verb->move, call->id, &count, err)
            : ask_to_rate(&call->session, call->id, call->rate, &count, err);

    if (!ok || !find(call, &found, err))
        return false;
    if (!count)
        return error_set(err, ERROR_INPUT, "%s: %s; it is %s", call->id,
                         verb->not_done, replay_state_name(found.state));
    printf("%s: %s (%" PRId64 " of %" PRId64 " done)\n", call->id, verb->done,
           found.done, found.total);
    return true;
}

static bool run(struct replays_call *call, struct error *err)
{
    struct session *session = &call->session;

    if (!session_open(session, call->config, err) ||
        !session_connect(session, err))
        return false;
    if (!call->verb)
        return call->id ? show(call, err) : list(call, err);
    if (!call->id && !find_only(call, err))
        return false;
    return call->verb->run(call, err);
}

/* [ID] | VERB [ID] | rate [ID] RATE. False: used wrongly. */
static bool read_words(struct replays_call *call, char **words, size_t count,
                       struct error *err)
{
    const char *names[VERBS + 1] = {NULL};
    const char *nearest;

    call->verb = count ? find_verb(words[0]) : NULL;
    if (call->verb) {
        words++;
        count--;
    }
    if (call->verb && strcmp(call->verb->name, "rate") == 0) {
        if (count == 0)
            return error_set(err, ERROR_USAGE, "say which rate, as in 30/min");
        if (!rate_read_or_none(words[--count], &call->rate, err))
            return false;
    }
    if (count > 1)
        return error_set(err, ERROR_USAGE, "'%s' is one word too many",
                         words[1]);
    call->id = count ? words[0] : NULL;
    if (!call->id || text_starts(call->id, "replay-"))
        return true;
    for (size_t i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    nearest = text_nearest(call->id, names);
    return error_set(err, ERROR_USAGE,
                     "'%s' is no id of a replay, nor what can be done to one%s"
                     "%s%s",
                     call->id, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

int cmd_replays(int argc, char **argv)
{
    struct replays_call call = {.code = 0};
    const struct command_option options[] = {{"config", &call.config, NULL},
                                             {"json", NULL, &call.json},
                                             {NULL, NULL, NULL}};
    struct error err = {0};
    bool ok;

    if (!command_options(argc, argv, options))
        return 2;
    if (!read_words(&call, argv + optind, (size_t)(argc - optind), &err))
        return command_misused(argv[0], "%s", err.text);
    ok = run(&call, &err);
    session_close(&call.session);
    return ok ? call.code : command_failed(argv[0], &err);
}

/* See replay_watch.h. */
#include "cmd/replay_watch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/ask.h"
#include "cmd/replay_bar.h"
#include "describe/describe.h"

#include "base/banned.h"

#define LOOK_MS     250
#define HOLDS_MS    5000
#define AWAY_MS     30000 /* so long Redis may be away */
#define INTERRUPTED 130   /* the exit code, as a shell makes it */
#define HOLDS_MOST  16

struct watch {
    struct session *session;
    const struct replay_watching *plan;
    struct replay replay;
    struct replay_follow *follow;
    struct replay_fates fates;
    struct replay_bar bar;
    int64_t away_since;                 /* boot clock, ms; 0: Redis is there */
    int64_t holds_at;                   /* when holds were looked for last */
    enum hold_reason holds[HOLDS_MOST]; /* of the settings' destinations */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool look(struct watch *watch, struct error *err)
{
    struct replay found;

    if (!ask_replay(watch->session, watch->plan->id, &found, err))
        return false;
    if (!found.started_at)
        return error_set(err, ERROR_INPUT,
                         "there is no replay '%s', or it ended more than a "
                         "week ago",
                         watch->plan->id);
    watch->replay = found;
    if (!watch->plan->to_rest && !watch->bar.shown)
        return true;
    return ask_fates(watch->session, watch->follow, found.done, &watch->fates,
                     err);
}

/* Redis may be away for a while: the replay goes on when it is back. */
static bool look_patiently(struct watch *watch, struct error *err)
{
    int64_t now = clock_boot_ms();

    if (look(watch, err)) {
        watch->away_since = 0;
        return true;
    }
    if (!watch->replay.started_at || err->kind == ERROR_INPUT)
        return false;
    if (!watch->away_since)
        watch->away_since = now;
    return now - watch->away_since < AWAY_MS;
}

/* Why nothing may be happening, once each. */
static void tell_holds(struct watch *watch)
{
    const struct settings *settings = watch->session->settings;
    int64_t now = clock_boot_ms();
    struct error err;

    if (!watch->bar.shown || now - watch->holds_at < HOLDS_MS)
        return;
    watch->holds_at = now;
    for (size_t i = 0; i < settings->destination_count && i < HOLDS_MOST; i++) {
        const char *name = settings->destinations[i].name;
        struct tally tally;

        if (!ask_tally(watch->session, name, &tally, &err))
            return;
        if (tally.hold != HOLD_NONE && tally.hold != watch->holds[i]) {
            replay_bar_clear(&watch->bar);
            fprintf(stderr, "%s is held: %s; %s\n", name,
                    describe_hold(tally.hold),
                    describe_hold_advice(tally.hold));
        }
        watch->holds[i] = tally.hold;
    }
}

static bool is_over(const struct watch *watch)
{
    const struct replay *replay = &watch->replay;

    if (watch->away_since || replay->state == REPLAY_RUNNING ||
        replay->state == REPLAY_PAUSED)
        return false;
    return !watch->plan->to_rest || watch->fates.forgotten ||
           watch->fates.rest >= replay->done;
}

/* False: it cannot be seen. */
static bool follow(struct watch *watch, struct error *err)
{
    while (look_patiently(watch, err)) {
        tell_holds(watch);
        replay_bar_draw(&watch->bar, &watch->replay, &watch->fates,
                        watch->away_since ? "Redis is away" : NULL);
        if (interrupted || is_over(watch))
            return true;
        session_pause(watch->session, LOOK_MS);
    }
    return false;
}

static void print_command(const struct replay_watching *plan, const char *verb,
                          const char *does)
{
    fprintf(stderr, "  afterhours replays %s %s%s%s  %s\n", verb, plan->id,
            plan->config ? " --config " : "", plan->config ? plan->config : "",
            does);
}

/* Nobody has to stay: so somebody who leaves is told that. */
static void say_goodbye(const struct watch *watch)
{
    const struct replay *replay = &watch->replay;
    bool ended =
        replay->state == REPLAY_FINISHED || replay->state == REPLAY_STOPPED;

    if (ended)
        fprintf(stderr,
                "\nAll that was to be replayed is back in the queue (%" PRId64
                "), and goes on without this command.\n",
                replay->done);
    else
        fprintf(stderr,
                "\nThe replay %s without this command: %" PRId64 " of %" PRId64
                " are back in the queue.\n",
                replay->state == REPLAY_PAUSED ? "stays paused" : "goes on",
                replay->done, replay->total);
    print_command(watch->plan, "watch", "shows this again");
    if (ended)
        return;
    if (replay->state == REPLAY_PAUSED)
        print_command(watch->plan, "resume", "goes on with it");
    else
        print_command(watch->plan, "pause", "halts it until it is resumed");
    print_command(watch->plan, "stop", "ends it for good");
}

static void print_fate(int64_t count, const char *words)
{
    if (count)
        printf("%8" PRId64 " %s\n", count, words);
}

static void print_fates(const struct replay_fates *fates)
{
    const int64_t *counts = fates->counts;

    if (fates->forgotten) {
        printf("What became of each is known for a day only.\n");
        return;
    }
    print_fate(counts[FATE_LINKED], "linked to their tickets");
    print_fate(counts[FATE_UNLINKED], "delivered, but no ticket appeared");
    print_fate(counts[FATE_CREATED], "delivered; the ticket is looked for");
    print_fate(counts[FATE_WAITING], "waiting, or being sent");
    print_fate(counts[FATE_TOLD], "callbacks made");
    print_fate(
        counts[FATE_FAILED],
        "failed again: 'afterhours list --state failed' has the reasons");
    print_fate(counts[FATE_GONE], "erased since, or kept long enough");
    print_fate(fates->found,
               "of these were found in Zendesk, and not sent again");
}

bool replay_print_fates(struct session *session, const struct replay *replay,
                        struct error *err)
{
    struct replay_follow *following =
        replay_follow_new(session->queue, replay->id);
    struct replay_fates fates;
    bool ok;

    do
        ok = ask_fates(session, following, replay->done, &fates, err);
    while (ok && fates.counts[FATE_UNREAD] && !fates.forgotten);
    replay_follow_free(following);
    if (ok)
        print_fates(&fates);
    return ok;
}

static bool say_result(const struct watch *watch, struct error *err)
{
    const struct replay *replay = &watch->replay;
    int64_t others = replay->done - replay->replayed;

    printf("%" PRId64 " replayed", replay->replayed);
    if (others)
        printf("; %" PRId64 " had been moved by somebody else", others);
    printf(".\n");
    if (watch->plan->to_rest)
        print_fates(&watch->fates);
    else if (replay->replayed)
        printf("'afterhours replays %s' says what becomes of them.\n",
               replay->id);
    if (replay->state == REPLAY_STOPPED)
        return error_set(err, ERROR_FAILED,
                         "it was stopped after %" PRId64 " of %" PRId64,
                         replay->done, replay->total);
    if (watch->plan->to_rest && watch->fates.counts[FATE_FAILED])
        return error_set(err, ERROR_FAILED, "some have failed again");
    return true;
}

bool replay_watch(struct session *session,
                  const struct replay_watching *watching, int *code,
                  struct error *err)
{
    struct watch watch = {.session = session, .plan = watching};
    bool ok;

    catch_signals();
    replay_bar_begin(&watch.bar);
    watch.follow = replay_follow_new(session->queue, watching->id);
    ok = follow(&watch, err);
    replay_bar_clear(&watch.bar);
    replay_follow_free(watch.follow);
    if (!ok)
        return watch.replay.started_at
                   ? error_prefix(err, "the replay goes on when Redis is back; "
                                       "'afterhours replays' shows it")
                   : false;
    *code = 0;
    if (!interrupted)
        return say_result(&watch, err);
    say_goodbye(&watch);
    *code = INTERRUPTED;
    return true;
}

/* `afterhours status`: how many are where, the oldest, the rates. */
#include "cmd/commands.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/ask.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "cmd/spilled.h"
#include "cmd/status_left.h"
#include "cmd/status_weather.h"
#include "describe/describe.h"

#include "base/banned.h"

#define INTERVAL_MS INT64_C(2000)

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"watch", no_argument, NULL, 'w'},
    {"interval", required_argument, NULL, 'i'},
    {NULL, 0, NULL, 0},
};

struct status_options {
    const char *config;
    bool json, watch;
    int64_t interval_ms;
};

/* One look at every destination. */
struct look {
    int64_t at; /* wall clock, ms */
    struct tally *tallies;
    struct lefts lefts;
};

static bool take_look(struct session *session, struct look *look,
                      struct error *err)
{
    const struct settings *settings = session->settings;

    look->at = clock_wall_ms();
    for (size_t i = 0; i < settings->destination_count; i++)
        if (!ask_tally(session, settings->destinations[i].name,
                       &look->tallies[i], err))
            return false;
    lefts_clear(&look->lefts);
    return ask_left(session, &look->lefts, err);
}

static const enum stage waiting[] = {STAGE_DELIVER, STAGE_RECONCILE,
                                     STAGE_CALLBACK};

#define WAITING_COUNT (sizeof(waiting) / sizeof(waiting[0]))

static int64_t oldest_of(const struct tally *tally)
{
    int64_t oldest = 0;

    for (size_t i = 0; i < WAITING_COUNT; i++)
        if (tally->oldest_ms[waiting[i]] > oldest)
            oldest = tally->oldest_ms[waiting[i]];
    return oldest;
}

static void print_json(const struct settings *settings, const struct look *look,
                       bool on_one_line)
{
    json_t *root = json_object(), *list = json_array();

    for (size_t i = 0; i < settings->destination_count; i++)
        json_array_append_new(
            list,
            describe_tally(settings->destinations[i].name, &look->tallies[i]));
    json_object_set_new(root, "at", describe_instant(look->at));
    json_object_set_new(root, "destinations", list);
    json_object_set_new(root, "destinations_left",
                        describe_left(look->lefts.list, look->lefts.count));
    json_object_set_new(root, "journal", spilled_json(settings));
    if (on_one_line)
        output_json_line(root);
    else
        output_json(root);
    fflush(stdout);
}

#define NUMBERS     7 /* of a row, between name and age */
#define QUARANTINED 5 /* columns that are painted */
#define FAILED      6

static void add_row(struct table *table, const char *name,
                    const struct tally *tally)
{
    const int64_t numbers[NUMBERS] = {tally->due[STAGE_DELIVER],
                                      tally->due[STAGE_RECONCILE],
                                      tally->due[STAGE_CALLBACK],
                                      tally->running,
                                      tally->held,
                                      tally->dead,
                                      tally->done};
    char texts[NUMBERS][24], age[CLOCK_AGE_SIZE];
    const char *cells[NUMBERS + 2] = {name};
    int64_t oldest = oldest_of(tally);

    for (size_t i = 0; i < NUMBERS; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%" PRId64, numbers[i]);
        cells[i + 1] = texts[i];
    }
    clock_format_age(oldest ? oldest : -1, age);
    cells[NUMBERS + 1] = age;
    table_row(table, cells);
    if (tally->dead)
        table_paint(table, FAILED, PAINT_BAD);
    if (tally->held)
        table_paint(table, QUARANTINED, PAINT_WARN);
}

/* Since the look before: what a second brought. */
static void print_rates(const struct settings *settings,
                        const struct look *before, const struct look *look)
{
    double seconds = (double)(look->at - before->at) / 1000;

    if (seconds <= 0)
        return;
    for (size_t i = 0; i < settings->destination_count; i++) {
        const struct tally *was = &before->tallies[i], *is = &look->tallies[i];

        printf("\n%s, a second: accepted %.1f, delivered %.1f, linked %.1f, "
               "failed %.1f\n",
               settings->destinations[i].name,
               (double)(is->accepted - was->accepted) / seconds,
               (double)(is->delivered - was->delivered) / seconds,
               (double)(is->linked - was->linked) / seconds,
               (double)(is->failed - was->failed) / seconds);
    }
}

/* Then nothing new is taken, or it waits in the journal. */
static void print_full(const struct queue *queue)
{
    const char *why = queue_full(queue);

    if (!why)
        return;
    printf("\nredis: ");
    output_painted(stdout, PAINT_BAD, "full");
    printf(": %s.\n", why);
    fflush(stdout);
}

static void print_table(const struct settings *settings,
                        const struct look *look, const char *config)
{
    static const struct table_column columns[] = {
        {"DESTINATION", false, false}, {"DELIVER", true, false},
        {"RECONCILE", true, false},    {"CALLBACK", true, false},
        {"RUNNING", true, false},      {"QUARANTINED", true, false},
        {"FAILED", true, false},       {"FINISHED", true, false},
        {"OLDEST", true, false},
    };
    struct table *table =
        table_new(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < settings->destination_count; i++)
        add_row(table, settings->destinations[i].name, &look->tallies[i]);
    table_print(table);
    for (size_t i = 0; i < settings->destination_count; i++) {
        status_print_weather(settings->destinations[i].name, &look->tallies[i],
                             config, look->at);
    }
    status_print_left(&look->lefts, config);
    spilled_print(settings);
}

static void show_look(const struct settings *settings,
                      const struct status_options *options,
                      const struct look *before, const struct look *look)
{
    if (options->json) {
        print_json(settings, look, options->watch);
        return;
    }
    if (options->watch && isatty(STDOUT_FILENO))
        printf("\033[H\033[2J");
    print_table(settings, look, options->config);
    if (before)
        print_rates(settings, before, look);
    fflush(stdout);
}

static bool watch(struct session *session, const struct status_options *options,
                  struct look looks[2], struct error *err)
{
    const struct look *before = NULL;

    for (size_t n = 0;; n++) {
        struct look *look = &looks[n % 2];

        if (!take_look(session, look, err))
            return false;
        show_look(session->settings, options, before, look);
        if (!options->json)
            print_full(session->queue);
        if (!options->watch)
            return true;
        before = look;
        session_pause(session, options->interval_ms);
    }
}

static bool run(struct session *session, const struct status_options *options,
                struct error *err)
{
    struct look looks[2] = {{0}};
    bool ok;

    if (!session_open(session, options->config, err))
        return false;
    if (!session_connect(session, err)) {
        /* Just then somebody wants to know what waits here. */
        if (!options->json)
            spilled_print(session->settings);
        return false;
    }
    for (size_t i = 0; i < 2; i++)
        looks[i].tallies =
            NEW_ARRAY(session->settings->destination_count, struct tally);
    ok = watch(session, options, looks, err);
    for (size_t i = 0; i < 2; i++) {
        free(looks[i].tallies);
        lefts_clear(&looks[i].lefts);
    }
    return ok;
}

static bool take_option(struct status_options *options, int option)
{
    switch (option) {
    case 'c':
        options->config = optarg;
        return true;
    case 'j':
        options->json = true;
        return true;
    case 'w':
        options->watch = true;
        return true;
    case 'i':
        return clock_parse_duration(optarg, &options->interval_ms) &&
               options->interval_ms > 0;
    default:
        return false;
    }
}

int cmd_status(int argc, char **argv)
{
    struct status_options options = {.interval_ms = INTERVAL_MS};
    struct session session = {0};
    struct error err = {0};
    int option;
    bool ok;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
        if (!take_option(&options, option))
            return command_odd_option(argv[0], option, argv[optind - 1]);
    if (optind < argc)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind]);
    ok = run(&session, &options, &err);
    session_close(&session);
    return ok ? 0 : command_failed(argv[0], &err);
}

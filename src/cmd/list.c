/* `afterhours list`: submissions, newest first. */
#include "cmd/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cmd/output.h"
#include "cmd/select.h"
#include "cmd/session.h"
#include "describe/describe.h"

#include "base/banned.h"

#define USUAL_LIMIT 50

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    SELECTION_OPTIONS,
    {NULL, 0, NULL, 0},
};

struct list_options {
    const char *config;
    bool json;
    struct selection selection;
};

static void print_json(const struct submissions *found,
                       const struct settings *settings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < found->count; i++)
        json_array_append_new(list,
                              describe_submission(&found->list[i], settings));
    output_json(list);
}

static void add_row(struct table *table, const struct submission *submission,
                    int64_t now)
{
    char age[CLOCK_AGE_SIZE], ticket[24] = "", attempts[16];
    const char *cells[] = {submission->id,
                           submission->form ? submission->form : "",
                           describe_state(submission),
                           age,
                           attempts,
                           ticket,
                           submission->error ? submission->error : ""};

    clock_format_age(now - submission->received_at, age);
    snprintf(attempts, sizeof(attempts), "%u", submission->attempts);
    if (submission->ticket_id)
        snprintf(ticket, sizeof(ticket), "%" PRId64, submission->ticket_id);
    table_row(table, cells);
    table_paint(table, 2, output_paint(submission));
}

static void print_table(const struct submissions *found, size_t limit)
{
    static const struct table_column columns[] = {
        {"ID", false, false},         {"FORM", false, false},
        {"STATE", false, false},      {"AGE", true, false},
        {"ATTEMPTS", true, false},    {"TICKET", true, false},
        {"LAST REASON", false, true},
    };
    struct table *table;

    if (found->count == 0) {
        printf("Nothing fits.\n");
        return;
    }
    table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < found->count; i++)
        add_row(table, &found->list[i], clock_wall_ms());
    table_print(table);
    if (found->count == limit)
        printf("The newest %zu; --limit N lists more.\n", limit);
}

static bool run(struct session *session, const struct list_options *options,
                struct error *err)
{
    struct submissions found;

    if (!session_open(session, options->config, err) ||
        !session_connect(session, err) ||
        !selection_run(session, &options->selection, &found, err))
        return false;
    if (options->json)
        print_json(&found, session->settings);
    else
        print_table(&found, options->selection.limit);
    submissions_clear(&found);
    return true;
}

static bool take_own(void *context, int option, struct error *err)
{
    struct list_options *options = context;

    (void)err; /* no value of these can be wrong */
    if (option == 'c')
        options->config = optarg;
    else if (option == 'j')
        options->json = true;
    else
        return false;
    return true;
}

/* False: used wrongly, and said so. */
static bool read_options(int argc, char **argv, struct list_options *options)
{
    if (!selection_read(argc, argv, long_options, &options->selection, take_own,
                        options))
        return false;
    if (optind == argc)
        return true;
    command_misused(argv[0], "'%s' is one argument too many", argv[optind]);
    return false;
}

int cmd_list(int argc, char **argv)
{
    struct list_options options = {
        .selection = {.limit = USUAL_LIMIT, .left = true}};
    struct session session = {0};
    struct error err = {0};
    bool ok;

    if (!read_options(argc, argv, &options))
        return 2;
    ok = run(&session, &options, &err);
    session_close(&session);
    return ok ? 0 : command_failed(argv[0], &err);
}

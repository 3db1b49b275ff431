/*
 * `afterhours submit`: messages from the command line, one as FIELD=VALUE, or
 * many from a file with one JSON object a line. They pass the same checks as a
 * form's and are safe when their id is printed: in Redis or, while that is
 * away, in the journal of this machine's `serve`.
 */
#include "cmd/commands.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"
#include "cmd/output.h"
#include "cmd/select.h"
#include "cmd/session.h"
#include "intake/intake.h"
#include "journal/journal.h"

#include "base/banned.h"

#define UNDER_WAY_MAX 64
#define BAR_WIDTH     30

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"form", required_argument, NULL, 'f'},
    {"file", required_argument, NULL, 'F'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

struct submit_options {
    const char *config, *form, *file;
    bool json;
    char **fields; /* FIELD=VALUE; NULL ends them */
};

/* What is handed in, and how far it has come. */
struct batch {
    struct session session;
    struct intake *intake;
    struct journal *journal; /* NULL: there is none to be used */
    const struct submit_options *options;
    FILE *file;     /* NULL for a single one */
    off_t size;     /* of the file; 0: not known, as of a pipe */
    size_t handed;  /* lines handed in so far */
    size_t answers; /* accepted + refused */
    size_t accepted, refused;
    size_t journalled; /* of the accepted */
    size_t full;       /* under way that stop the reading */
    bool room;         /* fewer are under way than that */
    bool bar;          /* show how far it is */
};

struct handed {
    struct batch *batch;
    size_t number; /* of the line */
};

static void print_bar(const struct batch *batch)
{
    off_t at = batch->file ? ftello(batch->file) : 0;
    int filled = 0;

    if (!batch->bar)
        return;
    if (batch->size > 0)
        filled = (int)(at * BAR_WIDTH / batch->size);
    fprintf(stderr, "\r[%-*.*s] %zu accepted, %zu refused", BAR_WIDTH, filled,
            "##############################", batch->accepted, batch->refused);
}

static void print_accepted(const struct handed *handed,
                           const struct intake_handed *told)
{
    if (handed->batch->options->json)
        output_json_line(json_pack("{s:I, s:s, s:s, s:s}", "line",
                                   (json_int_t)handed->number, "id", told->id,
                                   "status_url", told->status_url, "durability",
                                   told->rests_on));
    else
        printf("%s  %s\n", told->id, told->status_url);
}

static void print_refused(const struct handed *handed, const char *problem)
{
    const struct batch *batch = handed->batch;

    if (batch->options->json)
        output_json_line(json_pack("{s:I, s:s}", "line",
                                   (json_int_t)handed->number, "problem",
                                   problem));
    else if (batch->file)
        fprintf(stderr, "%sline %zu: %s\n", batch->bar ? "\r\033[K" : "",
                handed->number, problem);
    else
        fprintf(stderr, "afterhours submit: %s\n", problem);
}

static void on_submitted(void *context, const struct intake_handed *told)
{
    struct handed *handed = context;
    struct batch *batch = handed->batch;

    batch->answers++;
    if (told->problem) {
        batch->refused++;
        print_refused(handed, told->problem);
    } else {
        batch->accepted++;
        batch->journalled += strcmp(told->rests_on, "journal") == 0;
        print_accepted(handed, told);
    }
    free(handed);
    if (batch->answers % 50 == 0)
        print_bar(batch);
    batch->room = batch->handed - batch->answers < batch->full;
    if (batch->room)
        session_wake(&batch->session);
}

static void hand_in(struct batch *batch, const char *fields_json)
{
    struct handed *handed = NEW(struct handed);

    handed->batch = batch;
    handed->number = ++batch->handed;
    intake_submit(batch->intake, batch->options->form, fields_json,
                  on_submitted, handed);
}

/* Until fewer than `most` are under way. */
static void wait_below(struct batch *batch, size_t most)
{
    batch->full = most;
    batch->room = batch->handed - batch->answers < most;
    session_wait(&batch->session, &batch->room);
}

/* {"FIELD": "VALUE", ...} as text the caller frees; NULL: one has no '='. */
static char *fields_as_json(char **fields, struct error *err)
{
    json_t *root = json_object();
    char *text = NULL;
    bool ok = true;

    for (; ok && *fields; fields++) {
        const char *equals = strchr(*fields, '=');
        char *name;

        if (!equals || equals == *fields) {
            ok =
                error_set(err, ERROR_USAGE, "'%s' is not FIELD=VALUE", *fields);
            continue;
        }
        name = alloc_text_n(*fields, (size_t)(equals - *fields));
        if (json_object_set_new(root, name, json_string(equals + 1)) != 0)
            ok = error_set(err, ERROR_INPUT, "'%s' is not UTF-8", name);
        free(name);
    }
    if (ok)
        text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

static bool submit_one(struct batch *batch, struct error *err)
{
    char *text = fields_as_json(batch->options->fields, err);

    if (!text)
        return false;
    hand_in(batch, text);
    free(text);
    wait_below(batch, 1);
    return true;
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

static bool submit_lines(struct batch *batch, struct error *err)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, batch->file) >= 0) {
        if (is_blank(line)) {
            batch->handed++;
            batch->answers++;
            continue;
        }
        hand_in(batch, line);
        wait_below(batch, UNDER_WAY_MAX);
    }
    free(line);
    wait_below(batch, 1);
    print_bar(batch);
    if (batch->bar)
        fputc('\n', stderr);
    if (ferror(batch->file))
        return error_set(err, ERROR_INPUT, "%s: %s", batch->options->file,
                         strerror(errno));
    return true;
}

static bool submit_file(struct batch *batch, struct error *err)
{
    const char *path = batch->options->file;
    bool standard = strcmp(path, "-") == 0;
    struct stat info;
    bool ok;

    batch->file = standard ? stdin : fopen(path, "re");
    if (!batch->file)
        return error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
    if (fstat(fileno(batch->file), &info) == 0 && S_ISREG(info.st_mode))
        batch->size = info.st_size;
    batch->bar = isatty(STDERR_FILENO) && !batch->options->json;
    ok = submit_lines(batch, err);
    if (!standard)
        fclose(batch->file);
    if (ok && !batch->options->json)
        fprintf(stderr, "%zu accepted, %zu refused\n", batch->accepted,
                batch->refused);
    return ok;
}

/*
 * While Redis is away `serve` of this machine is to find what we leave: so it
 * is the journal of our user, or none. err: why Redis is away, if it is.
 */
static bool open_journal(struct batch *batch, bool connected, struct error *err)
{
    struct session *session = &batch->session;
    struct error away = *err, reason = {0};

    if (!session->queue || !session->settings->journal.enabled)
        return connected;
    if (journal_ours(session->settings, &reason))
        batch->journal = journal_new(session->loop, session->settings,
                                     session->queue, &reason);
    if (batch->journal) {
        error_clear(err);
        return true;
    }
    return connected || error_set(err, ERROR_UNAVAILABLE,
                                  "Redis is away (%s), and the journal cannot "
                                  "take it either: %s",
                                  away.text, reason.text);
}

static void say_journalled(const struct batch *batch)
{
    char *folder;

    if (!batch->journalled || batch->options->json)
        return;
    folder = journal_folder(batch->session.settings);
    fprintf(stderr,
            "%zu of the accepted wait on this machine's disk, in %s, until "
            "Redis is back and 'afterhours serve' runs here\n",
            batch->journalled, folder);
    free(folder);
}

static bool run(struct batch *batch, struct error *err)
{
    struct session *session = &batch->session;
    bool ok;

    if (!session_open(session, batch->options->config, err) ||
        !selection_known_form(session->settings, batch->options->form, err) ||
        !settings_make_secret(session->settings, err) ||
        !open_journal(batch, session_connect(session, err), err))
        return false;
    batch->intake =
        intake_new(session->loop, session->settings, session->queue);
    intake_use_journal(batch->intake, batch->journal);
    ok =
        batch->options->file ? submit_file(batch, err) : submit_one(batch, err);
    say_journalled(batch);
    intake_free(batch->intake);
    journal_free(batch->journal);
    return ok;
}

static bool take_option(struct submit_options *options, int option)
{
    switch (option) {
    case 'c':
        options->config = optarg;
        return true;
    case 'f':
        options->form = optarg;
        return true;
    case 'F':
        options->file = optarg;
        return true;
    case 'j':
        options->json = true;
        return true;
    default:
        return false;
    }
}

static int submit(const char *name, const struct submit_options *options)
{
    struct batch batch = {.options = options};
    struct error err = {0};
    bool ok = run(&batch, &err);

    session_close(&batch.session);
    if (!ok)
        return command_failed(name, &err);
    return batch.refused ? 1 : 0;
}

int cmd_submit(int argc, char **argv)
{
    struct submit_options options = {0};
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
        if (!take_option(&options, option))
            return command_odd_option(argv[0], option, argv[optind - 1]);
    options.fields = argv + optind;
    if (!options.form)
        return command_misused(argv[0], "say which form: --form NAME");
    if (!options.file && !options.fields[0])
        return command_misused(argv[0],
                               "give FIELD=VALUE ..., or --file with one JSON "
                               "object a line");
    if (options.file && options.fields[0])
        return command_misused(argv[0], "give fields or --file, not both");
    return submit(argv[0], &options);
}

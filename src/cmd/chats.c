/* `afterhours chats`: finds the verb, reads its options. See chats.h. */
#include "cmd/chats.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/chats_link.h"
#include "cmd/commands.h"

#include "base/banned.h"

#define RATE_MAX    1000000
#define LIMIT_MAX   100000000
#define OPTIONS_MAX 40

/* clang-format off */
static const struct chats_verb verbs[] = {
    { "list", "[--limit N | --all]", "The newest chats", "La",
      "  --limit N  that many (50)\n"
      "  --all      every one\n",
      NULL, chats_list, false },
    { "ids", "ID ...", "These chats, fifty in one request", "", "",
      chats_some, chats_ids, false },
    { "search", "QUERY [--limit N | --all] [--full]",
      "The chats that fit, newest first", "Laf",
      "  --limit N  that many (50)\n"
      "  --all      every one; a search of more than 250 pages is cut by time\n"
      "  --full     the chats themselves, not only id, time and preview\n"
      "Words, \"phrases\" and visitor_email:, visitor_name:, agent_names:, type:,\n"
      "rating:, timestamp:[FROM TO TO], end_timestamp:[...]; all must be true.\n",
      chats_search_check, chats_search, false },
    { "show", "ID", "One chat with all it has", "", "", chats_show_check,
      chats_show, false },
    { "create", "--message TEXT [--email ADDR] ... | --file FILE",
      "Post an offline message, once", "menpNSdTF",
      "  --message TEXT   what was said\n"
      "  --email ADDR, --name TEXT, --phone TEXT, --notes TEXT\n"
      "                   of the visitor\n"
      "  --department N   its id\n"
      "  --session ID     of the session (else: a new one)\n"
      "  --timestamp T    when it was said (else: now)\n"
      "  --file FILE      all of it as one JSON object; - is standard input\n"
      "It is never sent twice: when no answer comes, the exit code is 75 and a\n"
      "search that tells is named.\n",
      chats_create_check, chats_create, false },
    { "update", "ID KEY=VALUE ...", "Change what may be changed of a chat", "",
      "unread=false, tags=billing,urgent, rating=good, comment=TEXT,\n"
      "visitor.name=TEXT and so on; 'afterhours chats properties' lists them.\n",
      chats_update_check, chats_update, false },
    { "delete", "ID ... [--yes]", "Delete these chats", "y",
      "  --yes  do not show them and ask\n",
      chats_delete_check, chats_delete, false },
    { "export", "--since T [--until T] [--out FILE [--resume]]",
      "All that changed since then, a line of JSON each, oldest first",
      "ABiloR",
      "  --since T      2026-01-01, 2026-11-22T09:00:00Z or 3d ago\n"
      "  --until T      only what changed before then\n"
      "  --start-id ID  go on behind this one, as the end of a run says\n"
      "  --fields A,B   only these properties\n"
      "  --out FILE     a new file; FILE.position says where it goes on\n"
      "  --resume       go on there: after a run that was ended, or for what\n"
      "                 changed since\n",
      chats_export_check, chats_export, false },
    { "properties", "[--json]", "What a chat of either kind has", "", "", NULL,
      chats_properties, true },
    { NULL, NULL, NULL, NULL, NULL, NULL, NULL, false },
};

/* Every option there is; a verb has those of its letters. */
static const struct option every_option[] = {
    { "config",      required_argument, NULL, 'c' },
    { "destination", required_argument, NULL, 'D' },
    { "url",         required_argument, NULL, 'u' },
    { "token-file",  required_argument, NULL, 't' },
    { "ca",          required_argument, NULL, 'C' },
    { "rate",        required_argument, NULL, 'r' },
    { "json",        no_argument,       NULL, 'j' },
    { "limit",       required_argument, NULL, 'L' },
    { "all",         no_argument,       NULL, 'a' },
    { "full",        no_argument,       NULL, 'f' },
    { "message",     required_argument, NULL, 'm' },
    { "email",       required_argument, NULL, 'e' },
    { "name",        required_argument, NULL, 'n' },
    { "phone",       required_argument, NULL, 'p' },
    { "notes",       required_argument, NULL, 'N' },
    { "session",     required_argument, NULL, 'S' },
    { "department",  required_argument, NULL, 'd' },
    { "timestamp",   required_argument, NULL, 'T' },
    { "file",        required_argument, NULL, 'F' },
    { "yes",         no_argument,       NULL, 'y' },
    { "since",       required_argument, NULL, 'A' },
    { "until",       required_argument, NULL, 'B' },
    { "start-id",    required_argument, NULL, 'i' },
    { "fields",      required_argument, NULL, 'l' },
    { "out",         required_argument, NULL, 'o' },
    { "resume",      no_argument,       NULL, 'R' },
};
#define OPTION_COUNT (sizeof(every_option) / sizeof(every_option[0]))
/* clang-format on */

static const char common_letters[] = "cDutCrj";

static const struct chats_verb *find_verb(const char *name)
{
    for (const struct chats_verb *verb = verbs; verb->name; verb++)
        if (strcmp(verb->name, name) == 0)
            return verb;
    return NULL;
}

/* The place where an option of that letter keeps its text; NULL: elsewhere. */
static const char **text_option(struct chats_options *options, int letter)
{
    /* clang-format off */
    const struct { int letter; const char **place; } places[] = {
        { 'c', &options->config },  { 'D', &options->destination },
        { 'u', &options->url },     { 't', &options->token_file },
        { 'C', &options->ca },      { 'm', &options->message },
        { 'e', &options->email },   { 'n', &options->name },
        { 'p', &options->phone },   { 'N', &options->notes },
        { 'S', &options->session }, { 'F', &options->file },
        { 'A', &options->since },   { 'B', &options->until },
        { 'i', &options->start_id }, { 'l', &options->fields },
        { 'o', &options->out },
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (places[i].letter == letter)
            return places[i].place;
    return NULL;
}

static bool take_number(struct chats_options *options, int letter,
                        struct error *err)
{
    int64_t number;

    switch (letter) {
    case 'r':
        if (!text_int(optarg, 0, RATE_MAX, &number))
            return error_set(err, ERROR_USAGE,
                             "--rate: '%s' is not 0 to %d requests a minute",
                             optarg, RATE_MAX);
        options->rate = (unsigned)number;
        options->by_rate = true;
        return true;
    case 'L':
        if (!text_int(optarg, 1, LIMIT_MAX, &number))
            return error_set(err, ERROR_USAGE, "--limit: '%s' is not 1 to %d",
                             optarg, LIMIT_MAX);
        options->limit = (size_t)number;
        return true;
    case 'd':
        if (!text_int(optarg, 1, INT64_MAX, &options->department))
            return error_set(err, ERROR_USAGE,
                             "--department: '%s' is no department's id",
                             optarg);
        return true;
    default:
        if (!clock_parse(optarg, clock_wall_ms(), &options->at))
            return error_set(err, ERROR_USAGE,
                             "--timestamp: '%s' is no time: write 2h, 3d or "
                             "2026-11-22T09:00:00Z",
                             optarg);
        return true;
    }
}

static bool take_option(struct chats_options *options, int letter,
                        struct error *err)
{
    const char **place = text_option(options, letter);

    if (place) {
        *place = optarg;
        return true;
    }
    switch (letter) {
    case 'j':
        options->json = true;
        return true;
    case 'a':
        options->limit = SIZE_MAX;
        return true;
    case 'f':
        options->full = true;
        return true;
    case 'y':
        options->yes = true;
        return true;
    case 'R':
        options->resume = true;
        return true;
    default:
        return take_number(options, letter, err);
    }
}

static size_t options_of(const struct chats_verb *verb,
                         struct option list[OPTION_COUNT + 1])
{
    size_t count = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strchr(common_letters, every_option[i].val) ||
            strchr(verb->letters, every_option[i].val))
            list[count++] = every_option[i];
    memset(&list[count], 0, sizeof(list[count]));
    return count;
}

static bool check(const struct chats_verb *verb,
                  const struct chats_options *options, struct error *err)
{
    if (options->url && (options->destination || options->config))
        return error_set(err, ERROR_USAGE,
                         "give --url, or --destination of the settings, not "
                         "both");
    if (verb->check)
        return verb->check(options, err);
    if (options->count > 0)
        return error_set(err, ERROR_USAGE, "'%s' is one argument too many",
                         options->arguments[0]);
    return true;
}

/* 0, or the exit code after something wrong was said. */
static int read_options(const struct chats_verb *verb, int argc, char **argv,
                        struct chats_options *options)
{
    struct option list[OPTION_COUNT + 1];
    struct error err = {0};
    int letter;

    options_of(verb, list);
    optind = 1;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, "c:", list, NULL)) != -1) {
        if (letter == '?')
            return command_odd_option(argv[0], letter, argv[optind - 1]);
        if (!take_option(options, letter, &err))
            return command_misused(argv[0], "%s", err.text);
    }
    options->arguments = argv + optind;
    options->count = (size_t)(argc - optind);
    if (!check(verb, options, &err))
        return command_misused(argv[0], "%s", err.text);
    return 0;
}

static void print_help(const struct chats_verb *verb)
{
    printf("Usage: afterhours chats %s%s%s\n\n%s.\n", verb->name,
           verb->arguments[0] ? " " : "", verb->arguments, verb->summary);
    if (verb->help[0])
        printf("\n%s", verb->help);
    if (!verb->offline)
        printf("\n'afterhours help chats' tells of the options that all have: "
               "where to,\nhow fast, --json.\n");
}

static int perform(const struct chats_verb *verb, const char *name,
                   const struct chats_options *options)
{
    struct chats_link link;
    struct error err = {0};
    bool ok;

    if (verb->offline) {
        ok = verb->run(NULL, options, &err);
    } else {
        ok = chats_link_open(&link, options, &err) &&
             verb->run(&link, options, &err);
        chats_link_close(&link);
    }
    if (ok && fflush(stdout) != 0)
        ok = error_set(&err, ERROR_FAILED, "standard output cannot be written");
    return ok ? 0 : command_failed(name, &err);
}

static int unknown_verb(const char *name)
{
    const char *names[sizeof(verbs) / sizeof(verbs[0])];
    const char *nearest;

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        names[i] = verbs[i].name;
    nearest = text_nearest(name, names);
    return command_misused("chats", "there is no '%s'%s%s%s", name,
                           nearest ? "; did you mean '" : "",
                           nearest ? nearest : "", nearest ? "'?" : "");
}

int cmd_chats(int argc, char **argv)
{
    struct chats_options options = {.limit = CHATS_USUAL_LIMIT};
    const struct chats_verb *verb;
    char *name;
    int code;

    if (argc < 2)
        return command_misused(argv[0], "say what: list, search, show ...");
    verb = find_verb(argv[1]);
    if (!verb)
        return unknown_verb(argv[1]);
    if (argc > 2 && strcmp(argv[2], "--help") == 0) {
        print_help(verb);
        return 0;
    }
    name = alloc_format("chats %s", verb->name);
    argv[1] = name;
    options.at = clock_wall_ms();
    code = read_options(verb, argc - 1, argv + 1, &options);
    if (code == 0)
        code = perform(verb, name, &options);
    free(name);
    return code;
}

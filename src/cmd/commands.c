/* The table of subcommands, in the order of `afterhours help`. */
#include "cmd/commands.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/chats.h"
#include "cmd/select.h"

#include "base/banned.h"

/* clang-format off */
const struct command commands[] = {
    { "up", "[--config FILE] [--sandbox] [--demo]",
      "Run everything on this machine",
      "  --sandbox              run a pretend Zendesk Chat, for destinations\n"
      "                         to which the settings give no address\n"
      "  --sandbox-listen ADDR  where it listens (127.0.0.1:8090)\n"
      "  --demo                 show a page with a contact form at /\n"
      "  --processes N          that many of serve and of work each, 1 to 64\n",
      cmd_up },
    { "serve", "[--config FILE] [--processes N] [--demo]",
      "Accept submissions over HTTP",
      "  --processes N  that many on one port, 1 to 64 (else: the settings)\n"
      "  --demo         show a page with a contact form at /\n",
      cmd_serve },
    { "work", "[--config FILE] [--processes N]",
      "Deliver what was accepted, link it, call back",
      "  --processes N  that many, 1 to 64 (else: the settings)\n", cmd_work },
    { "config", "print [--config FILE] [--json]",
      "Show the settings in force, and where each comes from",
      "  --json  for programs; names each setting's environment variable\n"
      "Secrets are masked. Settings that are wrong are shown too; then the\n"
      "exit code is 78.\n",
      cmd_config },
    { "sandbox", "[--listen ADDR] [--token T] ...",
      "Pretend to be Zendesk Chat, faults included",
      "  --listen ADDR          where it listens (127.0.0.1:8090); port 0: any\n"
      "  --token T[:ROLE[:SCOPES]]  takes this bearer token (else: any); again\n"
      "                         for more. ROLE: agent, administrator, owner;\n"
      "                         SCOPES: of read,write,chat (else: all)\n"
      "  --token-lifetime MS    then a token is answered 401 (0: never)\n"
      "  --refresh-token R      good for one new token at /oauth2/chat/token\n"
      "  --client ID:SECRET     who may refresh (else: anybody)\n"
      "  --state FILE           keep the chats over a restart\n"
      "  --examples             begin with the example chats of the reference\n"
      "  --chats N              begin with N made chats of both types\n"
      "  --seed N               repeat the chances, and the made chats\n"
      "  --latency MS           before every answer (0)\n"
      "  --ticket-delay MS      from a chat to its ticket (2000)\n"
      "  --no-ticket P          share of chats that never get one, 0 to 1\n"
      "  --search-lag MS        from a chat to its being found (500)\n"
      "  --rate-limit N         requests a minute, then 429\n"
      "  --error-rate P         share answered 500, half of them after acting\n"
      "  --lose-request-rate P  share of creates cut before they are done\n"
      "  --lose-answer-rate P   share of chats created without an answer\n"
      "How it answers what is left open; the first is what the reference shows:\n"
      "  --created 201|200         --timestamp posted|now\n"
      "  --department posted|dropped  --id text|number\n"
      "  --docs map|array          --absent missing|null\n"
      "  --ticket null|missing     --tickets small|large\n"
      "  --unread boolean|number   --webpath objects|arrays\n"
      "  --arrays empty|null       --dates real|impossible\n"
      "  --members known|unknown   --urls here|elsewhere\n"
      "  --busy text|html          (the body of 429)\n"
      "  --no-page reference|null|text|empty|missing\n"
      "While it runs: PUT /_sandbox/manner changes all of these, POST\n"
      "/_sandbox/faults scripts faults, POST /_sandbox/chats adds any chat, POST\n"
      "/_sandbox/tokens a token, GET /_sandbox/stats counts.\n",
      cmd_sandbox },
    { "check", "[--config FILE] [--wait SECONDS] [--json]",
      "Read the settings, reach Redis and Zendesk, say what is wrong",
      "  --wait SECONDS  try again so long while something is away\n"
      "  --json          the findings as JSON\n",
      cmd_check },
    { "status", "[--config FILE] [--watch] [--json]",
      "Say how many are where, the oldest, the rates",
      "  --watch       again and again, with rates\n"
      "  --interval T  so often (2s)\n"
      "  --json        as JSON; with --watch one line each time\n",
      cmd_status },
    { "list", "[--config FILE] [--state S] [--form F] [--since T] ...",
      "List submissions, newest first",
      SELECTION_HELP
      "  --json           as JSON\n",
      cmd_list },
    { "show", "[--config FILE] [--json] ID",
      "Tell one submission's life, with the reason for every wait",
      "  --json  as JSON\n", cmd_show },
    { "submit", "[--config FILE] --form F [--file X.ndjson] [FIELD=VALUE ...]",
      "Hand in from the command line",
      "  --form F   the form whose rules it must pass\n"
      "  --file X   one JSON object a line; - is standard input\n"
      "  --json     a line of JSON for each\n"
      "While Redis is away they go into this machine's journal, where that is on\n"
      "and serve, of the same user, has made its folder.\n",
      cmd_submit },
    { "replay", "[--config FILE] [ID ...] [filters] [--dry-run] [--yes]",
      "Try again what was set aside",
      "Every message whose post may have left is looked for in Zendesk first,\n"
      "so a replay never doubles one.\n\n"
      "Ids and filters together mean those of the ids that fit. The replay goes\n"
      "on when this command ends: 'afterhours help replays'.\n\n"
      "  --dry-run        only say how many, why they were set aside, and how\n"
      "                   long it would take; with --json, as JSON\n"
      "  --yes            do not ask\n"
      "  --rate N/min     no more than that a minute\n"
      "  --wait           end when each has come to rest (on a terminal: always);\n"
      "                   then the exit code is 1 if some have failed again\n"
      "  --detach         begin it, print its id, and leave it to the relay\n"
      SELECTION_HELP,
      cmd_replay },
    { "replays", "[--config FILE] [--json] [ID | VERB [ID]]",
      "List what is being replayed; pause it, go on, stop it",
      "Without an ID, a VERB means the only one that runs or is paused.\n\n"
      "  ID             how far it is, and what has become of each of them\n"
      "  watch [ID]     the same while it goes on; Ctrl-C leaves it alone\n"
      "  pause [ID]     halt it, until\n"
      "  resume [ID]    it is to go on\n"
      "  rate [ID] R    another rate, as in 30/min; none: as fast as it goes\n"
      "  stop [ID]      end it for good; what is left stays failed\n"
      "  --json         as JSON (list and ID)\n\n"
      "ENDS is when the last one is back in the queue, or was. A replay outlives\n"
      "the command that began it, and deaths of processes; those that serve and\n"
      "those that work go on with it. One that ended is known for a week.\n",
      cmd_replays },
    { "release", "[--config FILE] ID ...", "Send what was quarantined", "",
      cmd_release },
    { "discard", "[--config FILE] ID ...", "Throw away what was quarantined",
      "", cmd_discard },
    { "erase", "[--config FILE] ID ... | --email ADDRESS",
      "Erase submissions, whatever their state",
      "  --email ADDRESS  everything of that person, found by the relay's\n"
      "                   secret: what came under another secret is not\n",
      cmd_erase },
    { "pause", "[--config FILE] DESTINATION ...",
      "Send nothing there until resumed", "", cmd_pause },
    { "resume", "[--config FILE] DESTINATION ... | --callbacks FORM ...",
      "End a pause, or a hold after 401, 403 or 429",
      "  --callbacks  send the callbacks of forms again whose receiver said 410\n",
      cmd_resume },
    { "chats", "VERB [...]", "Speak the Chats API of Zendesk, or of a relay",
      CHATS_HELP, cmd_chats },
    { "healthcheck", "[--config FILE] [URL]",
      "Exit 0 if a relay is ready, else 1",
      "  URL  instead of /readyz of the relay of these settings\n",
      cmd_healthcheck },
    { "version", "[--json]", "Say which version this is, and of which libraries",
      "", cmd_version },
    { "help", "[COMMAND]", "Say what there is, or how one command is used",
      "", cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int command_failed(const char *name, const struct error *err)
{
    fprintf(stderr, "afterhours %s: %s\n", name, err->text);
    return error_exit_code(err);
}

int command_misused(const char *name, const char *format, ...)
{
    va_list list;

    fprintf(stderr, "afterhours %s: ", name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\nTry 'afterhours help %s'.\n", name);
    return 2;
}

int command_odd_option(const char *name, int option, const char *word)
{
    bool is_long = strncmp(word, "--", 2) == 0;

    if (option != '?')
        return command_misused(name, "'%s' is not a value of that option",
                               word);
    /* Of a long option that is known, optopt is the letter. */
    if (is_long ? optopt == 0 : optopt != 'c' && optopt != 'n')
        return command_misused(name, "there is no option '%s'", word);
    if (strchr(word, '='))
        return command_misused(name, "'%s': this option has no value", word);
    return command_misused(name, "'%s' needs a value", word);
}

#define OPTIONS_MAX 8

bool command_options(int argc, char **argv,
                     const struct command_option *options)
{
    struct option list[OPTIONS_MAX + 1] = {{NULL, 0, NULL, 0}};
    int option;

    for (size_t i = 0; options[i].name; i++) {
        bool is_config = strcmp(options[i].name, "config") == 0;

        assert(i < OPTIONS_MAX);
        list[i].name = options[i].name;
        list[i].has_arg = options[i].value ? required_argument : no_argument;
        list[i].val = is_config ? 'c' : (int)i + 1;
    }
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", list, NULL)) != -1) {
        size_t at = 0;

        while (list[at].name && list[at].val != option)
            at++;
        if (!list[at].name) {
            command_odd_option(argv[0], option, argv[optind - 1]);
            return false;
        }
        if (options[at].value)
            *options[at].value = optarg;
        else
            *options[at].given = true;
    }
    return true;
}

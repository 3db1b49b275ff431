/* `afterhours sandbox`: the pretend Zendesk Chat as a process of its own. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "daemon/daemon.h"
#include "sandbox/sandbox.h"

#include "base/banned.h"

#define OPTIONS_MAX 48
#define MANNERS     1000 /* options from here on are manners */

/* clang-format off */
static const struct option own_options[] = {
    { "listen",        required_argument, NULL, 'l' },
    { "token",         required_argument, NULL, 't' },
    { "client",        required_argument, NULL, 'c' },
    { "refresh-token", required_argument, NULL, 'r' },
    { "seed",          required_argument, NULL, 's' },
    { "state",         required_argument, NULL, 'f' },
    { "examples",      no_argument,       NULL, 'e' },
    { "chats",         required_argument, NULL, 'n' },
};
/* clang-format on */
#define OWN_OPTIONS (sizeof(own_options) / sizeof(own_options[0]))

/* The options of the command, and one for each manner. */
static void list_options(struct option list[OPTIONS_MAX])
{
    size_t count = OWN_OPTIONS;
    const char *name;

    memset(list, 0, OPTIONS_MAX * sizeof(*list));
    memcpy(list, own_options, sizeof(own_options));
    for (size_t i = 0; (name = manner_option(i)) && count < OPTIONS_MAX - 1;
         i++)
        list[count++] =
            (struct option){name, required_argument, NULL, MANNERS + (int)i};
}

static const char *add_token(struct sandbox_options *options, const char *token)
{
    if (options->token_count == SANDBOX_TOKENS_MAX)
        return "needed: there are 32 tokens already";
    options->tokens[options->token_count++] = token;
    return NULL;
}

static const char *read_chats(struct sandbox_options *options, const char *text)
{
    int64_t number;

    if (!text_int(text, 0, SANDBOX_CHATS_MAX, &number))
        return "a whole number up to a million";
    options->chats = (size_t)number;
    return NULL;
}

static const char *read_seed(struct sandbox_options *options, const char *text)
{
    int64_t number;

    if (!text_int(text, 0, INT64_MAX, &number))
        return "a whole number";
    options->seed = (uint64_t)number;
    return NULL;
}

/* NULL when the value is good, else what is expected. */
static const char *read_option(struct sandbox_options *options, int option)
{
    const char *expected = NULL;

    switch (option) {
    case 'l':
        options->listen = optarg;
        return NULL;
    case 't':
        return add_token(options, optarg);
    case 'c':
        options->client = optarg;
        return NULL;
    case 'r':
        options->refresh_token = optarg;
        return NULL;
    case 'f':
        options->state_file = optarg;
        return NULL;
    case 'e':
        options->examples = true;
        return NULL;
    case 'n':
        return read_chats(options, optarg);
    case 's':
        return read_seed(options, optarg);
    default:
        return manner_set(&options->manner, (size_t)(option - MANNERS), optarg,
                          &expected)
                   ? NULL
                   : expected;
    }
}

struct process {
    struct loop *loop;
    struct sandbox *sandbox;
    bool ending;
};

static void drained(void *context)
{
    struct process *process = context;

    loop_stop(process->loop);
}

static void on_signal(void *context, int number)
{
    struct process *process = context;

    if (number != SIGTERM && number != SIGINT)
        return;
    if (process->ending) {
        loop_stop(process->loop);
        return;
    }
    process->ending = true;
    sandbox_drain(process->sandbox, drained, process);
}

static void say_listening(const struct process *process,
                          const struct sandbox_options *options)
{
    const char *colon = strrchr(options->listen, ':');
    int host_len = colon ? (int)(colon - options->listen) : 0;
    char *url = alloc_format("http://%.*s:%u", host_len ? host_len : 9,
                             host_len ? options->listen : "127.0.0.1",
                             sandbox_port(process->sandbox));

    log_event(LOG_LEVEL_INFO, "listening", "url", url);
    free(url);
}

static int run(const struct sandbox_options *options)
{
    struct process process = {.loop = loop_new()};
    struct signals *signals = signals_new(process.loop, on_signal, &process);
    struct error err = {0};
    int code = 0;

    log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT, "sandbox");
    process.sandbox = sandbox_new(process.loop, options, &err);
    if (process.sandbox) {
        say_listening(&process, options);
        loop_run(process.loop);
    } else {
        code = command_failed("sandbox", &err);
    }
    sandbox_free(process.sandbox);
    signals_free(signals);
    loop_free(process.loop);
    return code;
}

int cmd_sandbox(int argc, char **argv)
{
    struct sandbox_options options;
    struct option long_options[OPTIONS_MAX];
    const char *expected;
    int option;

    sandbox_options_default(&options);
    list_options(long_options);
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "l:", long_options, NULL)) != -1) {
        if (option == '?')
            return command_odd_option(argv[0], option, argv[optind - 1]);
        expected = read_option(&options, option);
        if (expected)
            return command_misused(argv[0], "'%s' is not %s", optarg, expected);
    }
    if (optind < argc)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind]);
    return run(&options);
}

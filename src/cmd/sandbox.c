/* `afterhours sandbox`: the pretend Zendesk Chat as a process of its own. */
#include <errno.h>
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

#define LONGEST_MS INT64_C(86400000)

static const struct option long_options[] = {
    {"listen", required_argument, NULL, 'l'},
    {"token", required_argument, NULL, 't'},
    {"seed", required_argument, NULL, 's'},
    {"latency", required_argument, NULL, 'L'},
    {"ticket-delay", required_argument, NULL, 'd'},
    {"no-ticket", required_argument, NULL, 'n'},
    {"search-lag", required_argument, NULL, 'g'},
    {"rate-limit", required_argument, NULL, 'r'},
    {"error-rate", required_argument, NULL, 'e'},
    {"lose-answer-rate", required_argument, NULL, 'a'},
    {"state", required_argument, NULL, 'f'},
    {NULL, 0, NULL, 0},
};

static bool read_ms(const char *text, int64_t *ms)
{
    return text_int(text, 0, LONGEST_MS, ms);
}

static bool read_share(const char *text, double *share)
{
    char *end;
    double number;

    errno = 0;
    number = strtod(text, &end);
    if (end == text || *end || errno || !(number >= 0 && number <= 1))
        return false;
    *share = number;
    return true;
}

static bool read_seed(const char *text, uint64_t *seed)
{
    int64_t number;

    if (!text_int(text, 0, INT64_MAX, &number))
        return false;
    *seed = (uint64_t)number;
    return true;
}

static bool read_limit(const char *text, unsigned *limit)
{
    int64_t number;

    if (!text_int(text, 0, INT32_MAX, &number))
        return false;
    *limit = (unsigned)number;
    return true;
}

/* NULL when the value is good, else what is expected. */
static const char *read_option(struct sandbox_options *options, int option)
{
    static const char milliseconds[] = "whole milliseconds, up to a day";
    static const char share[] = "a share from 0 to 1";

    switch (option) {
    case 'l':
        options->listen = optarg;
        return NULL;
    case 't':
        options->token = optarg;
        return NULL;
    case 'f':
        options->state_file = optarg;
        return NULL;
    case 's':
        return read_seed(optarg, &options->seed) ? NULL : "a whole number";
    case 'r':
        return read_limit(optarg, &options->rate_limit) ? NULL
                                                        : "a whole number";
    case 'L':
        return read_ms(optarg, &options->latency_ms) ? NULL : milliseconds;
    case 'd':
        return read_ms(optarg, &options->ticket_delay_ms) ? NULL : milliseconds;
    case 'g':
        return read_ms(optarg, &options->search_lag_ms) ? NULL : milliseconds;
    case 'n':
        return read_share(optarg, &options->no_ticket) ? NULL : share;
    case 'e':
        return read_share(optarg, &options->error_rate) ? NULL : share;
    default:
        return read_share(optarg, &options->lose_answer_rate) ? NULL : share;
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
    const char *expected;
    int option;

    sandbox_options_default(&options);
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

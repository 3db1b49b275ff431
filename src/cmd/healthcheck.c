/*
 * `afterhours healthcheck [URL]`: 0 when a relay answers that it is ready, for
 * containers whose image has neither a shell nor curl.
 */
#include "cmd/commands.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/session.h"
#include "config/settings.h"
#include "net/http_client.h"
#include "net/loop.h"

#include "base/banned.h"

#define TIMEOUT_MS 4000
#define ANSWER_MAX ((size_t)8192)

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {NULL, 0, NULL, 0},
};

struct health {
    struct loop *loop;
    const char *url;
    bool good;
};

static void on_answer(void *context, const struct http_response *answer)
{
    struct health *health = context;

    health->good = answer->fate == HTTP_ANSWERED && answer->status == 200;
    if (answer->fate != HTTP_ANSWERED)
        fprintf(stderr, "%s: %s\n", health->url, answer->why);
    else if (!health->good)
        fprintf(stderr, "%s: answer %d: %.400s\n", health->url, answer->status,
                answer->body);
    loop_stop(health->loop);
}

static bool ask(const char *url)
{
    struct health health = {.loop = loop_new(), .url = url};
    struct http_client *client = http_client_new(health.loop, 1);
    struct http_request request = {
        .method = "GET",
        .timeout_ms = TIMEOUT_MS,
        .max_answer = ANSWER_MAX,
    };

    request.url = alloc_text(url);
    http_client_send(client, &request, on_answer, &health);
    http_request_clear(&request);
    loop_run(health.loop);
    http_client_free(client);
    loop_free(health.loop);
    return health.good;
}

static int ask_usual(const char *name, const char *config)
{
    struct error err = {0};
    struct settings *settings = settings_load_lean(config, &err);
    char *url;
    bool good;

    if (!settings)
        return command_failed(name, &err);
    session_tell_unread(settings);
    url = settings_ready_url(settings);
    settings_release(settings);
    good = ask(url);
    free(url);
    return good ? 0 : 1;
}

int cmd_healthcheck(int argc, char **argv)
{
    const char *config = NULL;
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1) {
        if (option != 'c')
            return command_odd_option(argv[0], option, argv[optind - 1]);
        config = optarg;
    }
    if (argc - optind > 1)
        return command_misused(argv[0], "'%s' is one argument too many",
                               argv[optind + 1]);
    if (optind < argc)
        return ask(argv[optind]) ? 0 : 1;
    return ask_usual(argv[0], config);
}

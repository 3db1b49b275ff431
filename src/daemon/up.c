/*
 * `afterhours up`: everything on this machine. A private Redis unless the
 * settings name one, the sandbox if asked, serve and work; all by fork and exec
 * of this program, restarted when they die.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/private_redis.h"
#include "daemon/sandbox_note.h"
#include "daemon/setup.h"
#include "net/http_client.h"

#include "base/banned.h"

#define READY_POLL_MS 20
#define READY_WAIT_MS 60000

struct up {
    struct daemon_options options; /* as the children get them */
    struct settings *settings;
    struct private_redis redis;
    struct loop *loop;
    struct supervisor *supervisor;
    struct http_client *client;
    struct timer *poll;
    char *ready_url;    /* owned */
    char *sandbox_url;  /* owned */
    int note;           /* of the sandbox, for commands; or -1 */
    int64_t started_at; /* boot clock, ms */
};

static bool may_reload(void *context)
{
    struct up *up = context;
    struct settings *fresh = setup_reload(&up->options, "up");

    settings_release(fresh);
    return fresh != NULL;
}

/* One that has an address of its own goes there in spite of a sandbox. */
static void say_destination(const struct settings_destination *destination,
                            const char *sandbox)
{
    if (strcmp(destination->base_url, sandbox) == 0)
        printf("Deliveries to %s go to the sandbox at %s, not to Zendesk.\n",
               destination->name, sandbox);
    else
        printf("Deliveries to %s go to %s, NOT to the sandbox: it has an "
               "address of its own.\n",
               destination->name, destination->base_url);
}

static void say_ready(const struct up *up)
{
    const struct settings *settings = up->settings;
    struct log_line line;

    log_begin(&line, LOG_LEVEL_INFO, "ready");
    log_text(&line, "url", settings->public_url);
    log_int(&line, "after_ms", clock_boot_ms() - up->started_at);
    log_end(&line);
    printf("\nAfterhours is running: %s/\n", settings->public_url);
    for (size_t i = 0; up->sandbox_url && i < settings->destination_count; i++)
        say_destination(&settings->destinations[i], up->sandbox_url);
    printf("Press Ctrl-C to stop; what was accepted is kept.\n\n");
    fflush(stdout);
}

static void on_answer(void *context, const struct http_response *answer)
{
    struct up *up = context;

    if (answer->fate == HTTP_ANSWERED && answer->status == 200)
        say_ready(up);
    else if (clock_boot_ms() - up->started_at < READY_WAIT_MS)
        timer_start(up->poll, READY_POLL_MS);
    else
        log_event(LOG_LEVEL_WARN, "not_ready", "advice",
                  "ask 'afterhours check' what is missing");
}

static void poll_ready(void *context)
{
    struct up *up = context;
    struct http_request request = {
        .method = "GET",
        .url = up->ready_url,
        .timeout_ms = 2000,
        .max_answer = 4096,
    };

    http_client_send(up->client, &request, on_answer, up);
}

static void add_sandbox(struct up *up)
{
    const char *const argv[] = {
        SUPERVISE_SELF, "sandbox",
        "--listen",     up->options.sandbox_listen,
        "--token",      DAEMON_SANDBOX_TOKEN,
        NULL,
    };
    const struct child_options child = {
        .name = "sandbox", .argv = argv, .rank = 1, .keep_fd = -1};

    up->note =
        sandbox_note_leave(up->settings->data_dir, up->options.sandbox_url);
    supervisor_add(up->supervisor, &child);
}

static void add_role(struct up *up, const char *role)
{
    const char *argv[SUPERVISE_ARGV_MAX];
    const struct child_options child = {
        .name = role, .argv = argv, .rank = 0, .keep_fd = -1};
    unsigned count = supervise_count(&up->options, up->settings, role);

    supervise_argv(&up->options, role, argv);
    for (unsigned i = 0; i < count; i++)
        supervisor_add(up->supervisor, &child);
}

static bool start(struct up *up, struct error *err)
{
    up->settings = setup_settings(&up->options, "up", err);
    if (!up->settings || !setup_probe_listen(up->settings, err) ||
        !setup_probe_sandbox(&up->options, err))
        return false;
    up->loop = loop_new();
    up->supervisor = supervisor_new(up->loop, may_reload, up);
    if (!up->settings->redis.url) {
        if (!private_redis_init(&up->redis, up->settings->data_dir, err))
            return false;
        setenv("AFTERHOURS_REDIS_URL", up->redis.url, 1);
        private_redis_add(&up->redis, up->supervisor);
    }
    if (up->options.sandbox)
        add_sandbox(up);
    add_role(up, "serve");
    add_role(up, "work");
    up->client = http_client_new(up->loop, 1);
    up->poll = timer_new(up->loop, poll_ready, up);
    up->ready_url = settings_ready_url(up->settings);
    timer_start(up->poll, READY_POLL_MS);
    return true;
}

static void clear(struct up *up)
{
    timer_free(up->poll);
    http_client_free(up->client);
    supervisor_free(up->supervisor);
    loop_free(up->loop);
    private_redis_clear(&up->redis);
    settings_release(up->settings);
    free(up->ready_url);
    free(up->sandbox_url);
    if (up->note >= 0)
        close(up->note);
}

int daemon_up(const struct daemon_options *options)
{
    struct up up = {.options = *options, .redis = {.lock = -1}, .note = -1};
    struct error err = {0};
    int code;

    setup_process();
    up.started_at = clock_boot_ms();
    if (options->sandbox) {
        up.sandbox_url = alloc_format("http://%s", options->sandbox_listen);
        up.options.sandbox_url = up.sandbox_url;
    }
    if (start(&up, &err))
        code = supervisor_run(up.supervisor);
    else
        code = setup_failed("up", &err);
    clear(&up);
    return code;
}

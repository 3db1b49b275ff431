/* `afterhours serve`: the HTTP front end, one event loop per process. */
#include <signal.h>
#include <stdlib.h>

#include "admin/admin.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/secret_watch.h"
#include "daemon/setup.h"
#include "daemon/spare.h"
#include "daemon/supervise.h"
#include "intake/intake.h"
#include "journal/journal.h"
#include "net/http_server.h"
#include "queue/queue.h"

#include "base/banned.h"

/* Operators are few, and what they send is short. */
#define ADMIN_CONNECTIONS 64
#define ADMIN_BODY        ((size_t)256 * 1024)

struct front {
    const struct daemon_options *options;
    struct settings *settings;
    struct loop *loop;
    struct queue *queue;
    struct journal *journal;
    struct intake *intake;
    struct http_server *server;
    struct admin *admin; /* NULL, as its server is: no token is set */
    struct http_server *admin_server;
    struct signals *signals;
    struct secret_watch *secrets;
    struct spare *spare;
    bool draining;
    unsigned undrained; /* servers that are not done yet */
};

static void drained(void *context)
{
    struct front *front = context;

    if (--front->undrained == 0)
        loop_stop(front->loop);
}

static void stop(struct front *front)
{
    if (front->draining) {
        loop_stop(front->loop);
        return;
    }
    front->draining = true;
    log_event(LOG_LEVEL_INFO, "draining", NULL, NULL);
    front->undrained = front->admin ? 2 : 1;
    intake_drain(front->intake);
    if (front->admin) {
        admin_drain(front->admin);
        http_server_drain(front->admin_server, drained, front);
    }
    http_server_drain(front->server, drained, front);
}

static void reload_tls(struct http_server *server)
{
    struct error err = {0};

    if (server && !http_server_reload_tls(server, &err))
        log_event(LOG_LEVEL_ERROR, "reload_failed", "error", err.text);
}

static void reload(struct front *front)
{
    struct settings *fresh = setup_reload(front->options, "serve");

    if (!fresh)
        return;
    settings_release(front->settings);
    front->settings = fresh;
    queue_use_settings(front->queue, fresh);
    journal_use_settings(front->journal, fresh);
    intake_use_settings(front->intake, fresh);
    if (front->admin)
        admin_use_settings(front->admin, fresh);
    if (fresh->tls.certificate) {
        reload_tls(front->server);
        reload_tls(front->admin_server);
    }
}

static void on_secrets(void *context)
{
    struct front *front = context;

    if (!front->draining)
        reload(front);
}

static void on_signal(void *context, int number)
{
    struct front *front = context;

    if (number == SIGTERM || number == SIGINT)
        stop(front);
    if (number == SIGHUP && !front->draining)
        reload(front);
}

/* Only processes of one supervisor share a port: anybody else's is an error. */
static void server_options(const struct settings *settings, bool shared,
                           struct http_server_options *options)
{
    const struct settings_limits *limits = &settings->limits;

    http_server_options_default(options);
    options->listen = settings->listen;
    options->reuse_port = shared;
    options->certificate = settings->tls.certificate;
    options->key = settings->tls.key;
    options->max_body = limits->body;
    options->max_connections = limits->connections;
    options->max_per_address = limits->connections_per_address;
    options->head_timeout_ms = limits->head_timeout_ms;
    options->body_timeout_ms = limits->body_timeout_ms;
}

static void admin_options(const struct settings *settings, bool shared,
                          struct http_server_options *options)
{
    server_options(settings, shared, options);
    options->listen = settings->admin.listen;
    options->max_body = ADMIN_BODY;
    options->max_connections = ADMIN_CONNECTIONS;
    options->max_per_address = 0;
}

static bool start_admin(struct front *front, struct error *err)
{
    struct http_server_options options;

    if (!settings_has_admin(front->settings))
        return true;
    front->admin = admin_new(front->settings, front->queue);
    admin_options(front->settings, front->options->child, &options);
    front->admin_server =
        http_server_new(front->loop, &options, admin_handle, front->admin, err);
    if (!front->admin_server)
        return error_prefix(err, "admin.listen");
    queue_run_replays(front->queue);
    return true;
}

static bool start(struct front *front, struct error *err)
{
    struct http_server_options options;

    front->settings = setup_settings(front->options, "serve", err);
    if (!front->settings)
        return false;
    front->loop = loop_new();
    front->queue = queue_new(front->loop, front->settings, err);
    if (!front->queue)
        return false;
    front->journal =
        journal_new(front->loop, front->settings, front->queue, err);
    if (!front->journal)
        return false;
    front->intake = intake_new(front->loop, front->settings, front->queue);
    intake_use_journal(front->intake, front->journal);
    intake_show_demo(front->intake, front->options->demo);
    server_options(front->settings, front->options->child, &options);
    options.max_connections =
        setup_connections(front->settings->limits.connections);
    options.spared = intake_spares;
    options.spared_context = front->intake;
    front->server = http_server_new(front->loop, &options, intake_handle,
                                    front->intake, err);
    if (!front->server || !start_admin(front, err))
        return false;
    front->signals = signals_new(front->loop, on_signal, front);
    front->secrets =
        secret_watch_new(front->loop, &front->settings, on_secrets, front);
    front->spare = spare_new(front->loop);
    return true;
}

static void clear(struct front *front)
{
    spare_free(front->spare);
    secret_watch_free(front->secrets);
    signals_free(front->signals);
    http_server_free(front->admin_server);
    http_server_free(front->server);
    admin_free(front->admin);
    intake_free(front->intake);
    journal_free(front->journal);
    queue_free(front->queue);
    loop_free(front->loop);
    settings_release(front->settings);
}

static void refuse(void *context, struct http_exchange *exchange)
{
    (void)context;
    http_abort(exchange, true);
}

static bool probe(const struct http_server_options *options, struct error *err)
{
    struct loop *loop = loop_new();
    struct http_server *server =
        http_server_new(loop, options, refuse, NULL, err);

    http_server_free(server);
    loop_free(loop);
    return server != NULL;
}

bool setup_probe_listen(const struct settings *settings, struct error *err)
{
    struct http_server_options options;

    server_options(settings, false, &options);
    if (!probe(&options, err))
        return false;
    admin_options(settings, false, &options);
    return !settings_has_admin(settings) || probe(&options, err) ||
           error_prefix(err, "admin.listen");
}

bool setup_probe_sandbox(const struct daemon_options *options,
                         struct error *err)
{
    struct http_server_options listening;

    if (!options->sandbox)
        return true;
    http_server_options_default(&listening);
    listening.listen = options->sandbox_listen;
    return probe(&listening, err) || error_prefix(err, "--sandbox-listen");
}

static int run(const struct daemon_options *options)
{
    struct front front = {.options = options};
    struct error err = {0};
    struct log_line line;
    int code = 0;

    setup_process();
    if (start(&front, &err)) {
        log_begin(&line, LOG_LEVEL_INFO, "listening");
        log_text(&line, "address", front.settings->listen);
        log_int(&line, "port", http_server_port(front.server));
        log_text(&line, "public_url", front.settings->public_url);
        if (front.admin) {
            log_text(&line, "admin_address", front.settings->admin.listen);
            log_int(&line, "admin_port", http_server_port(front.admin_server));
        }
        log_end(&line);
        loop_run(front.loop);
        log_event(LOG_LEVEL_INFO, "stopped", NULL, NULL);
    } else {
        code = setup_failed("serve", &err);
    }
    clear(&front);
    return code;
}

int daemon_serve(const struct daemon_options *options)
{
    if (options->child)
        return run(options);
    return supervise_role(options, "serve", run);
}

/* See session.h. */
#include "cmd/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"

#include "base/banned.h"

#define READY_POLL_MS 5
#define READY_MORE_MS 1000 /* beyond the time a command of Redis has */

static void rung(void *context)
{
    struct session *session = context;

    session->rung = true;
    loop_stop(session->loop);
}

void session_open_bare(struct session *session)
{
    memset(session, 0, sizeof(*session));
    /* A command says what went wrong itself, in its own words. */
    log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT, "afterhours");
    signal(SIGPIPE, SIG_IGN);
    session->loop = loop_new();
    session->timer = timer_new(session->loop, rung, session);
}

void session_tell_unread(const struct settings *settings)
{
    struct lacking unread;

    for (size_t i = 0; settings_unread(settings, NULL, i, &unread); i++)
        fprintf(stderr, "afterhours: %s: %s; going on without it\n",
                unread.setting, unread.why);
}

bool session_open(struct session *session, const char *config,
                  struct error *err)
{
    if (!session_load(session, config, err))
        return false;
    session_tell_unread(session->settings);
    return true;
}

bool session_load(struct session *session, const char *config,
                  struct error *err)
{
    session_open_bare(session);
    session->settings = settings_load_lean(config, err);
    if (!session->settings)
        return false;
    session->sandbox = daemon_find_sandbox(session->settings);
    return true;
}

/* The connection names its address itself in most of what it says. */
static bool say_away(struct session *session, const char *why,
                     struct error *err)
{
    if (strstr(why, "://"))
        return error_set(err, ERROR_UNAVAILABLE, "%s", why);
    return error_set(err, ERROR_UNAVAILABLE, "%s: %s", session_redis(session),
                     why);
}

bool session_reach(struct session *session, struct error *err)
{
    int64_t until;
    const char *why = NULL;

    session->own_redis = !session->settings->redis.url;
    if (!daemon_find_redis(session->settings, err))
        return false;
    session->queue = queue_new(session->loop, session->settings, err);
    if (!session->queue)
        return false;
    until =
        clock_boot_ms() + session->settings->redis.timeout_ms + READY_MORE_MS;
    while (!queue_ready(session->queue, &why)) {
        if (clock_boot_ms() > until)
            return say_away(session, why ? why : "no answer", err);
        session_pause(session, READY_POLL_MS);
    }
    return true;
}

bool session_connect(struct session *session, struct error *err)
{
    struct error why = {0};

    if (session_reach(session, &why))
        return true;
    if (why.kind != ERROR_UNAVAILABLE)
        return error_set(err, why.kind, "%s", why.text);
    return error_set(err, why.kind, "%s; %s", why.text,
                     session->own_redis
                         ? "is 'afterhours up' running, as this user and with "
                           "this data_dir?"
                         : "'afterhours check' says more");
}

void session_close(struct session *session)
{
    queue_free(session->queue);
    timer_free(session->timer);
    if (session->loop)
        loop_free(session->loop);
    settings_release(session->settings);
    free(session->redis_address);
    free(session->sandbox);
    memset(session, 0, sizeof(*session));
}

const char *session_redis(struct session *session)
{
    const char *url = session->settings->redis.url;
    const char *host = strstr(url, "://");
    const char *at = NULL;

    if (host) {
        host += 3;
        at = memrchr(host, '@', strcspn(host, "/"));
    }
    free(session->redis_address);
    if (at)
        session->redis_address =
            alloc_format("%.*s%s", (int)(host - url), url, at + 1);
    else
        session->redis_address = alloc_text(url);
    return session->redis_address;
}

void session_wait(struct session *session, const bool *done)
{
    while (!*done)
        loop_run(session->loop);
}

void session_wake(struct session *session)
{
    loop_stop(session->loop);
}

void session_pause(struct session *session, int64_t ms)
{
    session->rung = false;
    timer_start(session->timer, ms);
    session_wait(session, &session->rung);
}

/* What `afterhours check` looks at in Redis. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/findings.h"

#include "base/banned.h"

#define AREA "redis"

/* Functions came with this one. */
#define OLDEST_MAJOR 7

#define SKEW_MAX_MS  2000
#define FULL_PERCENT 80
#define MB           ((int64_t)1 << 20)

struct question {
    struct session *session;
    struct findings *findings;
    bool done, answered;
};

static void judge_version(struct findings *findings, const char *version)
{
    int major = 0;

    if (sscanf(version, "%4d", &major) == 1 && major >= OLDEST_MAJOR)
        findings_add(findings, FINDING_GOOD, AREA, NULL, "version %s", version);
    else
        findings_add(findings, FINDING_WRONG, AREA,
                     "run Redis 7.0 or newer, or Valkey",
                     "version %s has no Functions", version);
}

static void judge_persistence(struct findings *findings,
                              const struct queue_server *server)
{
    if (strcmp(server->appendonly, "yes") != 0)
        findings_add(findings, FINDING_NOTE, AREA,
                     "set appendonly yes and appendfsync always",
                     "it keeps nothing on disk at once: a restart loses "
                     "accepted submissions");
    else if (!*server->appendfsync)
        findings_add(findings, FINDING_NOTE, AREA,
                     "allow the account +config|get",
                     "whether it writes every command to disk cannot be seen: "
                     "it is told of as memory");
    else if (strcmp(server->appendfsync, "always") != 0)
        findings_add(findings, FINDING_NOTE, AREA, "set appendfsync always",
                     "appendfsync is %s: a crash may lose the last second",
                     server->appendfsync);
    else
        findings_add(findings, FINDING_GOOD, AREA, NULL,
                     "what is accepted is on disk (appendfsync always)");
}

static void judge_replicas(struct findings *findings,
                           const struct queue_server *server)
{
    if (server->replicas == 0)
        return;
    findings_add(
        findings, FINDING_NOTE, AREA,
        server->min_replicas > 0
            ? "after a failover ask senders of the last minutes to "
              "repeat themselves; what was sent is not sent again"
            : "set min-replicas-to-write 1, so that it takes nothing "
              "while none of them follows",
        "it has %lld replica%s: one that takes its place lacks what it "
        "had not got yet, and that is lost though it was promised",
        (long long)server->replicas, server->replicas == 1 ? "" : "s");
}

/* What a form demands that this server does not give. */
static void judge_demands(struct findings *findings,
                          const struct settings *settings,
                          const struct queue_server *server)
{
    for (size_t i = 0; i < settings->form_count && !server->on_disk; i++) {
        const struct settings_form *form = &settings->forms[i];

        if (form->durability == DURABILITY_DISK)
            findings_add(findings, FINDING_WRONG, AREA,
                         "set appendonly yes and appendfsync always, or the "
                         "form's durability to any",
                         "forms.%s demands durability: disk, which this server "
                         "does not give: its messages are refused (503)",
                         form->name);
    }
}

static void judge_memory(struct findings *findings,
                         const struct queue_server *server)
{
    int64_t percent = 0;

    if (strcmp(server->policy, "noeviction") != 0)
        findings_add(findings, FINDING_WRONG, AREA,
                     "set maxmemory-policy noeviction",
                     "maxmemory-policy is %s: a full Redis would throw "
                     "submissions away",
                     server->policy);
    if (server->max_memory > 0)
        percent = server->used_memory * 100 / server->max_memory;
    if (server->full)
        findings_add(findings, FINDING_WRONG, AREA,
                     "raise maxmemory, or erase what need not be kept",
                     "its memory is full (%lld of %lld MB): it takes nothing "
                     "new, and messages are refused (503) or wait in the "
                     "journal",
                     (long long)((server->used_memory + MB - 1) / MB),
                     (long long)((server->max_memory + MB - 1) / MB));
    else if (percent >= FULL_PERCENT)
        findings_add(findings, FINDING_NOTE, AREA,
                     "raise maxmemory, or find out why so much waits",
                     "its memory is full to %d %%", (int)percent);
}

static void judge_clock(struct findings *findings, int64_t skew_ms)
{
    if (skew_ms <= SKEW_MAX_MS && skew_ms >= -SKEW_MAX_MS)
        return;
    findings_add(findings, FINDING_NOTE, AREA,
                 "let both machines keep time by NTP",
                 "its clock is %lld ms %s ours",
                 (long long)(skew_ms < 0 ? -skew_ms : skew_ms),
                 skew_ms < 0 ? "behind" : "ahead of");
}

static void on_checked(void *context, const struct queue_server *server,
                       const struct error *err)
{
    struct question *question = context;
    struct findings *findings = question->findings;

    question->done = true;
    question->answered = !err;
    session_wake(question->session);
    if (err)
        return;
    judge_version(findings, server->version);
    if (strcmp(server->role, "master") != 0)
        findings_add(findings, FINDING_WRONG, AREA,
                     "point redis.url at the master",
                     "it is a %s: nothing can be written", server->role);
    judge_persistence(findings, server);
    judge_demands(findings, question->session->settings, server);
    judge_replicas(findings, server);
    judge_memory(findings, server);
    judge_clock(findings, server->clock_skew_ms);
}

void check_redis(struct session *session, struct findings *findings)
{
    struct question question = {.session = session, .findings = findings};
    struct error err = {0};
    bool ready = session_reach(session, &err);

    /* Even one that is not fit for us may say what it is. */
    if (session->queue) {
        queue_check(session->queue, on_checked, &question);
        session_wait(session, &question.done);
    }
    if (ready)
        findings_add(findings, FINDING_GOOD, AREA, NULL, "reached at %s",
                     session_redis(session));
    else if (err.kind == ERROR_CONFIG || question.answered)
        findings_add(findings, FINDING_WRONG, AREA, NULL, "%s", err.text);
    else
        findings_add(findings, FINDING_AWAY, AREA,
                     session->own_redis
                         ? "start 'afterhours up', as this user and with this "
                           "data_dir, or set redis.url"
                         : "start it, or correct redis.url, with its account "
                           "and password",
                     "%s", err.text);
}

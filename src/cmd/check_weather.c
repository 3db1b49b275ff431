/* What `afterhours check` says of destinations that do not go on as usual. */
#include "base/clock.h"
#include "cmd/ask.h"
#include "cmd/findings.h"
#include "describe/describe.h"

#include "base/banned.h"

#define AREA "destinations"

static void judge_hold(struct findings *findings, const char *name,
                       const struct tally *tally)
{
    bool refused =
        tally->hold == HOLD_CREDENTIALS || tally->hold == HOLD_FORBIDDEN;

    if (tally->hold != HOLD_NONE)
        findings_add(findings, refused ? FINDING_WRONG : FINDING_NOTE, AREA,
                     "'afterhours status' says until when, and what ends it",
                     "%s is held: %s", name, describe_hold(tally->hold));
    else if (tally->asking)
        findings_add(findings, FINDING_NOTE, AREA, NULL, "%s: %s", name,
                     tally->asking_tickets ? DESCRIBE_ASKING_TICKETS
                                           : DESCRIBE_ASKING);
}

static void judge_trouble(struct findings *findings, const char *name,
                          const struct tally *tally)
{
    char age[CLOCK_AGE_SIZE];

    if (!tally->trouble[0])
        return;
    clock_format_age(clock_wall_ms() - tally->trouble_since, age);
    findings_add(findings, FINDING_WRONG, AREA,
                 "see that its token endpoint answers, and that its oauth "
                 "settings are right",
                 "%s gets no new access token, for %s: %s", name, age,
                 tally->trouble);
}

static void judge_answers(struct findings *findings, const char *name,
                          const struct tally *tally)
{
    if (tally->probe_at)
        findings_add(findings, FINDING_NOTE, AREA,
                     "it goes on by itself; at once after 'afterhours resume'",
                     "%s is cut off: %s", name, DESCRIBE_BREAKER);
    if (tally->brown_until)
        findings_add(findings, FINDING_NOTE, AREA, NULL,
                     "%s is in a brown-out: %s", name, DESCRIBE_BROWN_OUT);
}

static void judge_gone(struct findings *findings, const struct tally *tally)
{
    for (size_t i = 0; i < tally->gone_count; i++) {
        char age[CLOCK_AGE_SIZE];

        clock_format_age(clock_wall_ms() - tally->gone[i].since, age);
        findings_add(findings, FINDING_WRONG, AREA,
                     "correct its callback.url, or say 'afterhours resume "
                     "--callbacks' and its name; then replay what failed",
                     "form %s: its receiver wants no callbacks (410), for %s",
                     tally->gone[i].form, age);
    }
}

void check_weather(struct session *session, struct findings *findings)
{
    const struct settings *settings = session->settings;

    /* That Redis is away is told beside it. */
    if (!session->queue || !queue_ready(session->queue, NULL))
        return;
    for (size_t i = 0; i < settings->destination_count; i++) {
        const char *name = settings->destinations[i].name;
        struct tally tally = {.hold = HOLD_NONE};
        struct error err = {0};

        if (!ask_tally(session, name, &tally, &err))
            return;
        judge_hold(findings, name, &tally);
        judge_trouble(findings, name, &tally);
        judge_answers(findings, name, &tally);
        judge_gone(findings, &tally);
    }
}

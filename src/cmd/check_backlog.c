/* What `afterhours check` looks at in the queue: how long messages wait. */
#include "base/clock.h"
#include "cmd/ask.h"
#include "cmd/findings.h"

#include "base/banned.h"

void check_backlog(struct session *session, struct findings *findings)
{
    const struct settings *settings = session->settings;

    for (size_t i = 0; i < settings->destination_count; i++) {
        const struct settings_destination *one = &settings->destinations[i];
        struct error err = {0};
        struct tally tally;
        char age[CLOCK_AGE_SIZE];

        if (!ask_tally(session, one->name, &tally, &err))
            return; /* Redis is away: that was said */
        if (!one->backlog_alarm_ms ||
            tally.oldest_ms[STAGE_DELIVER] < one->backlog_alarm_ms)
            continue;
        clock_format_age(tally.oldest_ms[STAGE_DELIVER], age);
        findings_add(findings, FINDING_NOTE, "queue",
                     "'afterhours status' says why it takes nothing, or less "
                     "than comes in",
                     "%lld wait for %s, the oldest for %s",
                     (long long)tally.due[STAGE_DELIVER], one->name, age);
    }
}

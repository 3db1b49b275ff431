/* What `afterhours check` looks at in the spill journal of this machine. */
#include "base/clock.h"
#include "cmd/findings.h"
#include "journal/journal.h"

#include "base/banned.h"

#define AREA "journal"

static void judge_waiting(const struct journal_census *census, bool enabled,
                          struct findings *findings)
{
    char age[CLOCK_AGE_SIZE];

    if (census->waiting) {
        clock_format_age(clock_wall_ms() - census->oldest_at, age);
        findings_add(findings, FINDING_NOTE, AREA,
                     "they go into Redis when it is there and 'serve' runs on "
                     "this machine",
                     "%zu waiting, the oldest for %s", census->waiting, age);
    } else if (enabled) {
        findings_add(findings, FINDING_GOOD, AREA, NULL,
                     "takes messages when Redis is away; nothing waits");
    }
}

void check_journal(struct session *session, struct findings *findings)
{
    const struct settings *settings = session->settings;
    struct journal_census census = {.files = 0};
    struct error err = {0};

    if (settings->journal.enabled && !journal_writable(settings, &err)) {
        findings_add(findings, FINDING_WRONG, AREA,
                     "make room there, or set journal.path to a folder that "
                     "the user of 'serve' can write",
                     "%s", err.text);
        return;
    }
    if (!journal_count(settings, &census, &err)) {
        findings_add(findings, FINDING_WRONG, AREA,
                     "run it as the user of 'serve'", "%s", err.text);
        return;
    }
    judge_waiting(&census, settings->journal.enabled, findings);
    if (census.damaged)
        findings_add(findings, FINDING_NOTE, AREA,
                     "see the files named .damaged: what in them can be read "
                     "is for a person to look at; then remove them",
                     "%zu set aside or damaged: messages that are not "
                     "delivered",
                     census.damaged);
}

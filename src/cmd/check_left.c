/* What `afterhours check` says of destinations that the settings do not have.
 */
#include "cmd/ask.h"
#include "cmd/findings.h"

#include "base/banned.h"

#define AREA "destinations"

void check_left(struct session *session, struct findings *findings)
{
    struct lefts lefts = {NULL, 0};
    struct error err = {0};

    if (!ask_left(session, &lefts, &err))
        findings_add(
            findings,
            err.kind == ERROR_UNAVAILABLE ? FINDING_AWAY : FINDING_WRONG, AREA,
            NULL, "not known whether any was left: %s", err.text);
    for (size_t i = 0; i < lefts.count; i++) {
        const struct left *one = &lefts.list[i];
        bool open = one->waiting > 0 || one->set_aside > 0;

        findings_add(findings, open ? FINDING_WRONG : FINDING_NOTE, AREA,
                     open ? "put the name back into the settings, or erase "
                            "what 'afterhours list --destination' shows of it"
                          : "it goes by itself when it was kept long enough",
                     "%s is not in the settings: waiting %lld, set aside %lld, "
                     "kept %lld",
                     one->name, (long long)one->waiting,
                     (long long)one->set_aside, (long long)one->kept);
    }
    lefts_clear(&lefts);
}

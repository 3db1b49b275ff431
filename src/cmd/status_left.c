/* What was left behind by a change of the settings. See status_left.h. */
#include "cmd/status_left.h"

#include <inttypes.h>
#include <stdio.h>

#include "cmd/output.h"

#include "base/banned.h"

static void print_one(const struct left *left, const char *config)
{
    bool open = left->waiting > 0 || left->set_aside > 0;

    printf("\n%s ", left->name);
    output_painted(stdout, open ? PAINT_BAD : PAINT_WARN,
                   "is not in the settings");
    printf(": %" PRId64 " wait, %" PRId64 " set aside, %" PRId64
           " kept; put the name back, or erase them: afterhours list",
           left->waiting, left->set_aside, left->kept);
    if (config)
        printf(" --config %s", config);
    printf(" --destination %s\n", left->name);
}

void status_print_left(const struct lefts *lefts, const char *config)
{
    for (size_t i = 0; i < lefts->count; i++)
        print_one(&lefts->list[i], config);
}

/* The spill journal, told of. See spilled.h. */
#include "cmd/spilled.h"

#include <stdio.h>

#include "base/clock.h"
#include "cmd/output.h"
#include "describe/describe.h"
#include "journal/journal.h"

#include "base/banned.h"

static void print_waiting(const struct journal_census *census)
{
    char age[CLOCK_AGE_SIZE];

    clock_format_age(clock_wall_ms() - census->oldest_at, age);
    printf("\njournal: %zu waiting on this machine's disk until Redis takes "
           "them (the oldest for %s).\n",
           census->waiting, age);
}

void spilled_print(const struct settings *settings)
{
    struct journal_census census;
    struct error err = {0};

    if (!journal_count(settings, &census, &err)) {
        printf("\njournal: %s.\n", err.text);
        return;
    }
    if (census.waiting)
        print_waiting(&census);
    if (census.damaged) {
        printf("\njournal: ");
        output_painted(stdout, PAINT_BAD, "damaged");
        printf(": %zu stretches of its files cannot be read; see 'afterhours "
               "check'.\n",
               census.damaged);
    }
}

json_t *spilled_json(const struct settings *settings)
{
    struct journal_census census;
    struct error err = {0};
    json_t *root;

    if (!journal_count(settings, &census, &err))
        return json_null();
    root = json_object();
    json_object_set_new(root, "waiting",
                        json_integer((json_int_t)census.waiting));
    json_object_set_new(root, "oldest",
                        census.oldest_at ? describe_instant(census.oldest_at)
                                         : json_null());
    json_object_set_new(root, "files", json_integer((json_int_t)census.files));
    json_object_set_new(root, "bytes", json_integer((json_int_t)census.bytes));
    json_object_set_new(root, "damaged",
                        json_integer((json_int_t)census.damaged));
    return root;
}

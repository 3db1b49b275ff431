/*
 * What operators send: '?' and the query of a list, '{' and the filters of a
 * replay; anything else is a line of an item's life, which holds what a
 * destination has answered.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "admin/story.h"
#include "admin/wanted.h"
#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define NOW INT64_C(1795338000000)

static void must(bool ok)
{
    if (!ok)
        __builtin_trap();
}

/* Every complaint can be told; without one the walk can be made. */
static void judge(struct wanted *wanted, struct complaints *complaints)
{
    struct walk_filter filter;
    char before[ID_SIZE];
    int64_t at;

    for (size_t i = 0; i < complaints->count; i++) {
        const struct problem_field *field = &complaints->list[i];

        must(text_utf8_ok(field->field, strlen(field->field)) &&
             text_utf8_ok(field->detail, strlen(field->detail)));
    }
    if (!complaints->count && wanted_walk(wanted, "support", &filter, before)) {
        must(filter.limit <= WANTED_MOST);
        must(!filter.before || id_made_at(filter.before, &at));
        must(!filter.by_state || filter.state < STATE_COUNT);
        must(!filter.until || filter.until >= filter.since);
    }
    complaints_clear(complaints);
    wanted_clear(wanted);
}

static void tell(const char *line)
{
    char *copy = alloc_text(line);
    const struct attempt attempt = {.at = NOW, .text = copy};

    json_decref(story_attempt(&attempt));
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char support[] = "support", contact[] = "contact";
    static struct settings_destination destination = {.name = support};
    static struct settings_form form = {.name = contact};
    const struct settings settings = {
        .destinations = &destination,
        .destination_count = 1,
        .forms = &form,
        .form_count = 1,
    };
    struct complaints complaints = {.count = 0};
    struct wanted wanted = {.limit = 0};
    char *text = alloc_text_n((const char *)data, size);
    json_t *root;

    if (text[0] == '?') {
        wanted_read_query(&wanted, text + 1, &settings, NOW, &complaints);
        judge(&wanted, &complaints);
    } else if (text[0] == '{') {
        root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        wanted_read_filter(&wanted, root, &settings, NOW, &complaints);
        judge(&wanted, &complaints);
        json_decref(root);
    } else {
        tell(text);
    }
    free(text);
    return 0;
}

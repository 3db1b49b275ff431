/* See findings.h. */
#include "cmd/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "cmd/output.h"

#include "base/banned.h"

/* clang-format off */
static const struct { const char *name; enum paint paint; } levels[] = {
    [FINDING_GOOD]  = { "good",  PAINT_GOOD },
    [FINDING_NOTE]  = { "note",  PAINT_WARN },
    [FINDING_WRONG] = { "wrong", PAINT_BAD },
    [FINDING_AWAY]  = { "away",  PAINT_BAD },
};
/* clang-format on */

void findings_add(struct findings *findings, enum finding_level level,
                  const char *area, const char *advice, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    struct finding *finding;
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    findings->list = alloc_resize(findings->list, findings->count + 1,
                                  sizeof(*findings->list));
    finding = &findings->list[findings->count++];
    finding->level = level;
    finding->area = area;
    finding->advice = advice;
    finding->text = alloc_text(text);
}

void findings_clear(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->list[i].text);
    free(findings->list);
    memset(findings, 0, sizeof(*findings));
}

enum finding_level findings_worst(const struct findings *findings)
{
    enum finding_level worst = FINDING_GOOD;

    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].level > worst)
            worst = findings->list[i].level;
    return worst;
}

static void print_json(const struct findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        json_t *entry = json_object();

        json_object_set_new(entry, "level",
                            json_string(levels[finding->level].name));
        json_object_set_new(entry, "area", json_string(finding->area));
        json_object_set_new(entry, "text", json_string(finding->text));
        json_object_set_new(entry, "advice",
                            finding->advice ? json_string(finding->advice)
                                            : json_null());
        json_array_append_new(list, entry);
    }
    output_json(list);
}

void findings_print(const struct findings *findings, bool json)
{
    if (json) {
        print_json(findings);
        return;
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        char word[16];

        snprintf(word, sizeof(word), "%-5s", levels[finding->level].name);
        output_painted(stdout, levels[finding->level].paint, word);
        printf("  %-8s  %s\n", finding->area, finding->text);
        if (finding->advice)
            printf("%17s%s\n", "", finding->advice);
    }
}

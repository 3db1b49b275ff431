/* See replay_preview.h. */
#include "cmd/replay_preview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cmd/output.h"

#include "base/banned.h"

/* clang-format off */
static const char *const steps[PREVIEW_STEPS] = {
    [PREVIEW_POST]   = "sent",
    [PREVIEW_LOOK]   = "looked for first: an earlier try may have arrived",
    [PREVIEW_TICKET] = "already chats: only the ticket is looked for",
    [PREVIEW_TELL]   = "callbacks, made again",
};
/* clang-format on */

void replay_span(int64_t seconds, char text[REPLAY_SPAN_SIZE])
{
    int64_t minutes = (seconds + 59) / 60;

    if (seconds < 60)
        snprintf(text, REPLAY_SPAN_SIZE, "about %" PRId64 " s",
                 seconds > 1 ? seconds : 1);
    else if (minutes < 120)
        snprintf(text, REPLAY_SPAN_SIZE, "about %" PRId64 " min", minutes);
    else
        snprintf(text, REPLAY_SPAN_SIZE, "about %" PRId64 " h %" PRId64 " min",
                 minutes / 60, minutes % 60);
}

static void add_row(struct table *table, size_t count, const char *text)
{
    char number[24];
    const char *cells[] = {number, text};

    snprintf(number, sizeof(number), "%zu", count);
    table_row(table, cells);
}

static struct table *table_of(const char *name)
{
    const struct table_column columns[] = {{"COUNT", true, false},
                                           {name, false, true}};

    return table_new(columns, 2);
}

static int most_first(const void *a, const void *b)
{
    const struct preview_row *x = a, *y = b;

    return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static void print_rows(const struct preview_rows *rows, const char *name)
{
    struct preview_rows sorted = *rows;
    struct table *table = table_of(name);

    if (sorted.count)
        qsort(sorted.rows, sorted.count, sizeof(sorted.rows[0]), most_first);
    for (size_t i = 0; i < sorted.count; i++)
        add_row(table, sorted.rows[i].count, sorted.rows[i].text);
    table_print(table);
    printf("\n");
}

static void print_ages(const struct preview *preview)
{
    struct table *table = table_of("RECEIVED, AGO");

    for (size_t i = 0; i < PREVIEW_AGES; i++)
        if (preview->ages[i])
            add_row(table, preview->ages[i], preview_age_name(i));
    table_print(table);
    printf("\n");
}

static void print_steps(const struct preview *preview)
{
    struct table *table = table_of("WHAT HAPPENS");

    for (size_t i = 0; i < PREVIEW_STEPS; i++) {
        size_t count = preview_steps(preview, (enum preview_step)i);

        if (count)
            add_row(table, count, steps[i]);
    }
    table_print(table);
    printf("\n");
}

/* What makes it as slow as it is. */
static void print_limits(const struct preview *preview,
                         const struct settings *settings, unsigned rate)
{
    const char *before = " at ";

    if (rate) {
        printf("%s%u a minute", before, rate);
        before = ", and ";
    }
    for (size_t i = 0; i < preview->place_count; i++) {
        const struct settings_destination *destination =
            settings_destination(settings, preview->places[i].name);

        if (!destination || !destination->budget_per_minute)
            continue;
        printf("%s%s's budget of %u requests a minute", before,
               destination->name, destination->budget_per_minute);
        before = ", ";
    }
}

void replay_preview_print(const struct preview *preview,
                          const struct settings *settings, unsigned rate)
{
    char span[REPLAY_SPAN_SIZE];

    print_rows(&preview->reasons, "WHY THEY FAILED");
    print_rows(&preview->forms, "FORM");
    print_ages(preview);
    print_steps(preview);
    replay_span(preview_seconds(preview, settings, rate), span);
    printf("%zu to replay; %s", preview->count, span);
    print_limits(preview, settings, rate);
    printf(".\n");
}

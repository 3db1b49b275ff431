/* What a replay would do. See preview.h. */
#include "describe/preview.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define HOUR_MS INT64_C(3600000)

/* What one costs, in hundredths of a request: the create and its part of a
 * question for fifty tickets; two looks of two requests each before that. */
/* clang-format off */
static const struct { const char *name; size_t cost; } steps[PREVIEW_STEPS] = {
    [PREVIEW_POST]   = { "post",   102 },
    [PREVIEW_LOOK]   = { "look",   502 },
    [PREVIEW_TICKET] = { "ticket",   2 },
    [PREVIEW_TELL]   = { "tell",     0 },
};

static const struct { const char *name; int64_t ms; } ages[PREVIEW_AGES] = {
    { "less than an hour",   HOUR_MS },
    { "less than a day",     24 * HOUR_MS },
    { "less than 3 days",    3 * 24 * HOUR_MS },
    { "less than a week",    7 * 24 * HOUR_MS },
    { "a week or more",      INT64_MAX },
};
/* clang-format on */

const char *preview_step_name(enum preview_step step)
{
    assert(step < PREVIEW_STEPS);
    return steps[step].name;
}

const char *preview_age_name(size_t age)
{
    assert(age < PREVIEW_AGES);
    return ages[age].name;
}

/* none: for a text that is missing; others: for those without a row. */
static void count_text(struct preview_rows *rows, const char *text,
                       const char *none, const char *others)
{
    size_t at = 0;

    if (!text)
        text = none;
    while (at < rows->count && strcmp(rows->rows[at].text, text) != 0)
        at++;
    if (at == PREVIEW_ROWS_MAX)
        alloc_replace(&rows->rows[--at].text, others);
    else if (at == rows->count)
        rows->rows[rows->count++].text = alloc_text(text);
    rows->rows[at].count++;
}

static struct preview_place *place_of(struct preview *preview, const char *name)
{
    struct preview_place *place;
    size_t at = 0;

    while (at < preview->place_count &&
           strcmp(preview->places[at].name, name) != 0)
        at++;
    if (at < preview->place_count)
        return &preview->places[at];
    preview->places =
        alloc_resize(preview->places, at + 1, sizeof(*preview->places));
    preview->place_count++;
    place = &preview->places[at];
    memset(place, 0, sizeof(*place));
    place->name = alloc_text(name);
    return place;
}

static enum preview_step step_of(const struct submission *submission)
{
    if (submission->kind == SUBMISSION_NEWS)
        return PREVIEW_TELL;
    if (submission->chat_id)
        return PREVIEW_TICKET;
    return submission->intent_at ? PREVIEW_LOOK : PREVIEW_POST;
}

void preview_add(struct preview *preview, const struct submission *submission)
{
    const char *name = submission->destination ? submission->destination : "";
    int64_t age = preview->now - submission->received_at;
    size_t band = 0;

    while (age >= ages[band].ms)
        band++;
    preview->count++;
    preview->ages[band]++;
    place_of(preview, name)->steps[step_of(submission)]++;
    count_text(&preview->reasons, submission->error, "no reason is known",
               "other reasons");
    count_text(&preview->forms, submission->form, "no form", "other forms");
}

static void clear_rows(struct preview_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i].text);
}

void preview_clear(struct preview *preview)
{
    clear_rows(&preview->reasons);
    clear_rows(&preview->forms);
    for (size_t i = 0; i < preview->place_count; i++)
        free(preview->places[i].name);
    free(preview->places);
    memset(preview, 0, sizeof(*preview));
}

size_t preview_steps(const struct preview *preview, enum preview_step step)
{
    size_t count = 0;

    for (size_t i = 0; i < preview->place_count; i++)
        count += preview->places[i].steps[step];
    return count;
}

static int64_t seconds_at(int64_t hundredths, unsigned a_minute)
{
    int64_t most = (int64_t)a_minute * 100;

    return a_minute ? (hundredths * 60 + most - 1) / most : 0;
}

static int64_t seconds_of(const struct preview_place *place,
                          const struct settings *settings)
{
    const struct settings_destination *destination =
        settings_destination(settings, place->name);
    int64_t cost = 0, looking = 0;

    if (!destination)
        return 0;
    for (size_t i = 0; i < PREVIEW_STEPS; i++)
        cost += (int64_t)(place->steps[i] * steps[i].cost);
    if (place->steps[PREVIEW_LOOK])
        looking = (destination->search_patience_ms + 999) / 1000;
    return looking + seconds_at(cost, destination->budget_per_minute);
}

int64_t preview_seconds(const struct preview *preview,
                        const struct settings *settings, unsigned rate)
{
    int64_t longest = seconds_at((int64_t)preview->count * 100, rate);

    for (size_t i = 0; i < preview->place_count; i++) {
        int64_t seconds = seconds_of(&preview->places[i], settings);

        longest = seconds > longest ? seconds : longest;
    }
    return longest;
}

static json_t *rows_json(const struct preview_rows *rows, const char *name)
{
    json_t *list = json_array();

    for (size_t i = 0; i < rows->count; i++) {
        json_t *row = json_object();

        json_object_set_new(row, name, json_string(rows->rows[i].text));
        json_object_set_new(row, "count",
                            json_integer((json_int_t)rows->rows[i].count));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *ages_json(const struct preview *preview)
{
    struct preview_rows rows = {.count = 0};
    json_t *list;

    for (size_t i = 0; i < PREVIEW_AGES; i++)
        if (preview->ages[i])
            rows.rows[rows.count++] = (struct preview_row){
                alloc_text(ages[i].name), preview->ages[i]};
    list = rows_json(&rows, "age");
    clear_rows(&rows);
    return list;
}

json_t *preview_json(const struct preview *preview,
                     const struct settings *settings, unsigned rate)
{
    json_t *root = json_object(), *by_step = json_object();

    for (size_t i = 0; i < PREVIEW_STEPS; i++)
        json_object_set_new(by_step, steps[i].name,
                            json_integer((json_int_t)preview_steps(
                                preview, (enum preview_step)i)));
    json_object_set_new(root, "total",
                        json_integer((json_int_t)preview->count));
    json_object_set_new(root, "expected_seconds",
                        json_integer(preview_seconds(preview, settings, rate)));
    json_object_set_new(root, "reasons",
                        rows_json(&preview->reasons, "reason"));
    json_object_set_new(root, "forms", rows_json(&preview->forms, "form"));
    json_object_set_new(root, "ages", ages_json(preview));
    json_object_set_new(root, "steps", by_step);
    return root;
}

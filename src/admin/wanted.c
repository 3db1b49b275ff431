/* Filters. See wanted.h. */
#include "admin/wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/email.h"
#include "base/text.h"

#include "base/banned.h"

#define VALUE_MAX  200 /* bytes */
#define STRANGER   64  /* bytes of it are repeated */
#define QUERY_PART 1024
#define NAMES_MAX  64

enum which {
    STATE,
    FORM,
    DESTINATION,
    SINCE,
    UNTIL,
    REASON,
    WORDS,
    EMAIL,
    CURSOR,
    LIMIT,
    FILTER_COUNT
};

/* What is being read, and where complaints go. */
struct reader {
    struct wanted *wanted;
    const struct settings *settings;
    int64_t now;
    struct complaints *complaints;
};

typedef void take_value(struct reader *r, const char *field, const char *value);

static void complain_of_name(struct reader *r, const char *field,
                             const char *value, const char *const *names)
{
    const char *nearest = text_nearest(value, names);

    complaints_add(r->complaints, field, "unknown",
                   "There is no %s of that name%s%s%s.",
                   strncmp(field, "filter.", 7) == 0 ? field + 7 : field,
                   nearest ? "; did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'" : "");
}

static void take_state(struct reader *r, const char *field, const char *value)
{
    const char *names[STATE_COUNT + 1] = {NULL};

    r->wanted->by_state = state_by_name(value, &r->wanted->state);
    for (size_t i = 0; i < STATE_COUNT; i++)
        names[i] = state_name((enum state)i);
    if (!r->wanted->by_state)
        complain_of_name(r, field, value, names);
}

static void take_form(struct reader *r, const char *field, const char *value)
{
    const char *names[NAMES_MAX + 1] = {NULL};

    if (settings_form(r->settings, value))
        return;
    for (size_t i = 0; i < r->settings->form_count && i < NAMES_MAX; i++)
        names[i] = r->settings->forms[i].name;
    complain_of_name(r, field, value, names);
}

static void take_destination(struct reader *r, const char *field,
                             const char *value)
{
    const char *names[NAMES_MAX + 1] = {NULL};

    if (settings_destination(r->settings, value))
        return;
    for (size_t i = 0; i < r->settings->destination_count && i < NAMES_MAX; i++)
        names[i] = r->settings->destinations[i].name;
    complain_of_name(r, field, value, names);
}

static void take_instant(struct reader *r, const char *field, const char *value,
                         int64_t *at)
{
    if (!clock_parse(value, r->now, at))
        complaints_add(r->complaints, field, "invalid",
                       "Write a time such as 2026-11-22T09:00:00Z, or how long "
                       "ago: 2h, 3d.");
}

static void take_since(struct reader *r, const char *field, const char *value)
{
    take_instant(r, field, value, &r->wanted->since);
}

static void take_until(struct reader *r, const char *field, const char *value)
{
    take_instant(r, field, value, &r->wanted->until);
}

static void take_words(struct reader *r, const char *field, const char *value)
{
    if (!text_clean(value, strlen(value)))
        complaints_add(r->complaints, field, "invalid",
                       "Write words, in UTF-8 and without control "
                       "characters.");
}

static void take_email(struct reader *r, const char *field, const char *value)
{
    const char *why;

    if (!email_read(value, r->wanted->email, &why))
        complaints_add(r->complaints, field, "invalid", "%s", why);
}

/* As any id, without the destination. */
static void take_cursor(struct reader *r, const char *field, const char *value)
{
    char id[ID_SIZE];
    int64_t at;

    if (strlen(value) < WANTED_PLACE_SIZE && !strchr(value, '-')) {
        snprintf(id, sizeof(id), "x-%s", value);
        if (id_made_at(id, &at)) {
            snprintf(r->wanted->place, sizeof(r->wanted->place), "%s", value);
            return;
        }
    }
    complaints_add(r->complaints, field, "invalid",
                   "Take it from 'next' of the page before, as it is.");
}

static void take_limit(struct reader *r, const char *field, const char *value)
{
    int64_t limit;

    if (text_int(value, 1, WANTED_MOST, &limit))
        r->wanted->limit = (size_t)limit;
    else
        complaints_add(r->complaints, field, "invalid",
                       "Write a whole number from 1 to %d.", WANTED_MOST);
}

/* clang-format off */
static const struct filter {
    const char *parameter, *member; /* NULL: not of a replay */
    take_value *take;
} filters[FILTER_COUNT] = {
    [STATE]       = {"state",       "filter.state",       take_state},
    [FORM]        = {"form",        "filter.form",        take_form},
    [DESTINATION] = {"destination", "filter.destination", take_destination},
    [SINCE]       = {"since",       "filter.since",       take_since},
    [UNTIL]       = {"until",       "filter.until",       take_until},
    [REASON]      = {"reason",      "filter.reason",      take_words},
    [WORDS]       = {"q",           "filter.q",           take_words},
    [EMAIL]       = {"email",       "filter.email",       take_email},
    [CURSOR]      = {"cursor",      NULL,                 take_cursor},
    [LIMIT]       = {"limit",       NULL,                 take_limit},
};
/* clang-format on */

static void take(struct reader *r, enum which which, const char *field,
                 const char *value)
{
    if (r->wanted->values[which]) {
        complaints_add(r->complaints, field, "repeated", "Give it once.");
        return;
    }
    r->wanted->values[which] = alloc_text(value);
    if (strlen(value) > VALUE_MAX)
        complaints_add(r->complaints, field, "too_long",
                       "At most %d bytes are read.", VALUE_MAX);
    else
        filters[which].take(r, field, value);
}

/* One is told; the others come to light when it is mended. */
static void take_stranger(struct reader *r, const char *start, const char *name)
{
    const char *names[FILTER_COUNT + 1] = {NULL};
    struct wanted *wanted = r->wanted;
    const char *nearest;
    size_t count = 0;

    if (wanted->stranger)
        return;
    for (size_t i = 0; i < FILTER_COUNT; i++)
        if (!*start || filters[i].member)
            names[count++] = filters[i].parameter;
    nearest = text_nearest(name, names);
    wanted->stranger = alloc_format("%s%.*s", start, STRANGER, name);
    if (!text_clean(wanted->stranger, strlen(wanted->stranger)))
        alloc_replace(&wanted->stranger, "?");
    complaints_add(r->complaints, wanted->stranger, "unknown",
                   "There is no such filter%s%s%s.",
                   nearest ? "; did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'" : "");
}

static void check_span(struct reader *r, bool of_body)
{
    const struct wanted *wanted = r->wanted;
    const struct filter *until = &filters[UNTIL];

    if (wanted->since && wanted->until && wanted->until < wanted->since)
        complaints_add(r->complaints,
                       of_body ? until->member : until->parameter, "invalid",
                       "It lies before since.");
}

static bool decode(const char *text, size_t len, struct buf *out)
{
    buf_reset(out);
    return text_percent_decode(text, len, true, out) && buf_ok(out);
}

/* "name=value", not decoded yet. An empty value is none: forms send them. */
static void take_pair(struct reader *r, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    size_t value_len = len - name_len - (equals ? 1 : 0);
    struct buf name, value;
    size_t which = 0;

    buf_init(&name, QUERY_PART);
    buf_init(&value, QUERY_PART);
    if (!decode(pair, name_len, &name))
        buf_reset(&name);
    while (which < FILTER_COUNT &&
           strcmp(filters[which].parameter, buf_str(&name)) != 0)
        which++;
    if (which == FILTER_COUNT)
        take_stranger(r, "", buf_str(&name));
    else if (!decode(pair + len - value_len, value_len, &value))
        complaints_add(r->complaints, filters[which].parameter, "invalid",
                       "Every %% is followed by two hexadecimal digits, and "
                       "what they stand for is short text.");
    else if (value.len)
        take(r, (enum which)which, filters[which].parameter, buf_str(&value));
    buf_clear(&name);
    buf_clear(&value);
}

void wanted_read_query(struct wanted *wanted, const char *query,
                       const struct settings *settings, int64_t now,
                       struct complaints *complaints)
{
    struct reader reader = {wanted, settings, now, complaints};

    wanted->limit = WANTED_DEFAULT;
    while (*query) {
        size_t len = strcspn(query, "&");

        if (len)
            take_pair(&reader, query, len);
        query += len + (query[len] == '&');
    }
    check_span(&reader, false);
}

static void take_member(struct reader *r, const char *name, const json_t *value)
{
    const size_t start = strlen("filter.");

    for (size_t i = 0; i < FILTER_COUNT; i++) {
        const char *member = filters[i].member;

        if (!member || strcmp(member + start, name) != 0)
            continue;
        if (!json_is_string(value) || !json_string_length(value))
            complaints_add(r->complaints, member, "invalid",
                           "Write it as text that is not empty.");
        else
            take(r, (enum which)i, member, json_string_value(value));
        return;
    }
    take_stranger(r, "filter.", name);
}

void wanted_read_filter(struct wanted *wanted, const json_t *filter,
                        const struct settings *settings, int64_t now,
                        struct complaints *complaints)
{
    struct reader reader = {wanted, settings, now, complaints};
    const char *name;
    json_t *value;

    if (!json_is_object(filter) || !json_object_size(filter)) {
        complaints_add(complaints, "filter", "invalid",
                       "Write an object with at least one filter; {\"state\": "
                       "\"failed\"} means all that failed.");
        return;
    }
    json_object_foreach((json_t *)(size_t)filter, name, value)
        take_member(&reader, name, value);
    check_span(&reader, true);
}

void wanted_clear(struct wanted *wanted)
{
    for (size_t i = 0; i < FILTER_COUNT; i++)
        free(wanted->values[i]);
    free(wanted->stranger);
    memset(wanted, 0, sizeof(*wanted));
}

bool wanted_reads(const struct wanted *wanted)
{
    return wanted->values[WORDS] || wanted->email[0];
}

bool wanted_walk(const struct wanted *wanted, const char *destination,
                 struct walk_filter *filter, char before[ID_SIZE])
{
    const char *only = wanted->values[DESTINATION];

    if (only && strcmp(only, destination) != 0)
        return false;
    snprintf(before, ID_SIZE, "%s-%s", destination, wanted->place);
    *filter = (struct walk_filter){
        .destination = destination,
        .form = wanted->values[FORM],
        .reason = wanted->values[REASON],
        .search = wanted->values[WORDS],
        .email = wanted->email[0] ? wanted->email : NULL,
        .by_state = wanted->by_state,
        .state = wanted->state,
        .since = wanted->since,
        .until = wanted->until,
        .before = wanted->place[0] ? before : NULL,
        .limit = wanted->limit,
    };
    return true;
}

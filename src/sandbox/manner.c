/* The table of manners, and how it is read and written. See manner.h. */
#include "sandbox/manner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"

#include "base/banned.h"

#define LONGEST_MS   INT64_C(86400000)
#define MOST_CHOICES 5

enum kind { WHOLE, SHARE, CHOICE };

/* clang-format off */
#define AT(field) offsetof(struct manner, field)
static const struct row {
    const char *name, *option;
    enum kind kind;
    size_t at;
    int64_t min, max;
    const char *expected;
    const char *choices[MOST_CHOICES + 1];
} rows[] = {
#define MS(field, option)                                                      \
    { #field "_ms", option, WHOLE, AT(field##_ms), 0, LONGEST_MS,              \
      "whole milliseconds, up to a day", {NULL} }
#define RATE(field, option)                                                    \
    { #field, option, SHARE, AT(field), 0, 1, "a share from 0 to 1", {NULL} }
#define ONE_OF(name, field, expected, ...)                                     \
    { #name, #name, CHOICE, AT(field), 0, 0, expected, {__VA_ARGS__, NULL} }
    MS(latency, "latency"),
    MS(ticket_delay, "ticket-delay"),
    MS(search_lag, "search-lag"),
    MS(token_lifetime, "token-lifetime"),
    { "rate_limit", "rate-limit", WHOLE, AT(rate_limit), 0, INT32_MAX,
      "a whole number", {NULL} },
    RATE(no_ticket, "no-ticket"),
    RATE(error_rate, "error-rate"),
    RATE(lose_request_rate, "lose-request-rate"),
    RATE(lose_answer_rate, "lose-answer-rate"),
    { "created", "created", WHOLE, AT(created), 200, 201, "200 or 201", {NULL} },
    ONE_OF(timestamp, timestamp_now, "posted or now", "posted", "now"),
    ONE_OF(id, id_number, "text or number", "text", "number"),
    ONE_OF(department, department_dropped, "posted or dropped",
           "posted", "dropped"),
    ONE_OF(tickets, tickets_large, "small or large", "small", "large"),
    ONE_OF(busy, busy_html, "text or html", "text", "html"),
    ONE_OF(docs, docs_array, "map or array", "map", "array"),
    ONE_OF(absent, absent_null, "missing or null", "missing", "null"),
    { "no_page", "no-page", CHOICE, AT(no_page), 0, 0,
      "reference, null, text, empty or missing",
      {"reference", "null", "text", "empty", "missing", NULL} },
    ONE_OF(ticket, ticket_missing, "null or missing", "null", "missing"),
    ONE_OF(unread, unread_number, "boolean or number", "boolean", "number"),
    ONE_OF(webpath, webpath_arrays, "objects or arrays", "objects", "arrays"),
    ONE_OF(arrays, arrays_null, "empty or null", "empty", "null"),
    ONE_OF(dates, dates_impossible, "real or impossible",
           "real", "impossible"),
    ONE_OF(members, unknown_members, "known or unknown", "known", "unknown"),
    ONE_OF(urls, urls_elsewhere, "here or elsewhere", "here", "elsewhere"),
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

void manner_default(struct manner *manner)
{
    *manner = (struct manner){
        .ticket_delay_ms = 2000, .search_lag_ms = 500, .created = 201};
}

const char *manner_option(size_t number)
{
    return number < ROWS ? rows[number].option : NULL;
}

static void *place(struct manner *manner, const struct row *row)
{
    return (char *)manner + row->at;
}

static bool choose(struct manner *manner, const struct row *row,
                   const char *text)
{
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], text) != 0)
            continue;
        *(int *)place(manner, row) = i;
        return true;
    }
    return false;
}

static bool set_share(struct manner *manner, const struct row *row,
                      double number)
{
    if (!(number >= 0 && number <= 1))
        return false;
    *(double *)place(manner, row) = number;
    return true;
}

static bool read_share(struct manner *manner, const struct row *row,
                       const char *text)
{
    char *end;
    double number;

    errno = 0;
    number = strtod(text, &end);
    return end != text && !*end && !errno && set_share(manner, row, number);
}

bool manner_set(struct manner *manner, size_t number, const char *text,
                const char **expected)
{
    const struct row *row = &rows[number];

    *expected = row->expected;
    if (row->kind == CHOICE)
        return choose(manner, row, text);
    if (row->kind == SHARE)
        return read_share(manner, row, text);
    return text_int(text, row->min, row->max, place(manner, row));
}

static bool set_whole(struct manner *manner, const struct row *row,
                      const json_t *value)
{
    int64_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < row->min || number > row->max)
        return false;
    *(int64_t *)place(manner, row) = number;
    return true;
}

static bool set_one(struct manner *manner, const char *name,
                    const json_t *value, struct error *err)
{
    const struct row *row = rows;
    bool ok;

    while (row < rows + ROWS && strcmp(row->name, name) != 0)
        row++;
    if (row == rows + ROWS)
        return error_set(err, ERROR_INPUT,
                         "%.40s: no such manner; GET shows all", name);
    if (row->kind == CHOICE)
        ok = json_is_string(value) &&
             choose(manner, row, json_string_value(value));
    else if (row->kind == SHARE)
        ok = json_is_number(value) &&
             set_share(manner, row, json_number_value(value));
    else
        ok = set_whole(manner, row, value);
    return ok || error_set(err, ERROR_INPUT, "%s: %s is expected", name,
                           row->expected);
}

static bool set_all(struct manner *manner, json_t *root, struct error *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(root))
        return error_set(err, ERROR_INPUT, "an object is expected");
    json_object_foreach(root, name, value)
    {
        if (!set_one(manner, name, value, err))
            return false;
    }
    return true;
}

bool manner_read(struct manner *manner, const char *json, size_t len,
                 struct error *err)
{
    struct manner changed = *manner;
    json_error_t error;
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
    bool ok;

    if (!root)
        return error_set(err, ERROR_INPUT, "line %d: %s", error.line,
                         error.text);
    ok = set_all(&changed, root, err);
    json_decref(root);
    if (ok)
        *manner = changed;
    return ok;
}

void manner_write(const struct manner *manner, struct buf *out)
{
    for (const struct row *row = rows; row < rows + ROWS; row++) {
        const char *field = (const char *)manner + row->at;

        buf_format(out, "%c\"%s\":", row == rows ? '{' : ',', row->name);
        if (row->kind == CHOICE)
            buf_format(out, "\"%s\"", row->choices[*(const int *)field]);
        else if (row->kind == SHARE)
            buf_format(out, "%g", *(const double *)field);
        else
            buf_format(out, "%" PRId64, *(const int64_t *)field);
    }
    buf_char(out, '}');
}

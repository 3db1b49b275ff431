/*
 * The parser of the search language: one pass from left to right, one clause
 * at a time. See search_query.h for the language.
 */
#include "chat/search_query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "chat/search_match.h"
#include "chat/search_time.h"

#include "base/banned.h"

/* How the value of a field is read. */
enum reading { READ_WORDS, READ_EXACT, READ_CHOICE, READ_TIME };

/* clang-format off */
static const struct field {
    const char *name;
    enum search_field field;
    enum reading reading;
    const char *choices[3]; /* of READ_CHOICE; NULL ends them */
} fields[] = {
    { "agent_names",   SEARCH_AGENT_NAMES,   READ_WORDS,  { 0 } },
    { "visitor_name",  SEARCH_VISITOR_NAME,  READ_WORDS,  { 0 } },
    { "visitor_email", SEARCH_VISITOR_EMAIL, READ_EXACT,  { 0 } },
    { "timestamp",     SEARCH_TIMESTAMP,     READ_TIME,   { 0 } },
    { "end_timestamp", SEARCH_END_TIMESTAMP, READ_TIME,   { 0 } },
    { "type",          SEARCH_TYPE,          READ_CHOICE, { "offline_msg", "chat" } },
    { "chat_type",     SEARCH_TYPE,          READ_CHOICE, { "offline_msg", "chat" } },
    { "rating",        SEARCH_RATING,        READ_CHOICE, { "good", "bad" } },
};
static const struct field no_field = { "", SEARCH_TEXT, READ_WORDS, { 0 } };
/* clang-format on */

#define SHOWN_MAX 40 /* bytes of what is not understood */

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

struct parser {
    const char *start, *at;
    struct search_query *query;
    struct error *err;
};

/* Part of the query's text. */
struct span {
    const char *at;
    size_t len;
};

/* Says what is wrong at a place of the query. */
static bool wrong(const struct parser *p, const char *where, const char *format,
                  ...) like_printf(3, 4);
static bool wrong(const struct parser *p, const char *where, const char *format,
                  ...)
{
    char why[ERROR_TEXT_SIZE / 2];
    va_list list;

    va_start(list, format);
    vsnprintf(why, sizeof(why), format, list);
    va_end(list);
    return error_set(p->err, ERROR_INPUT, "q, character %zu: %s",
                     text_characters(p->start, (size_t)(where - p->start)) + 1,
                     why);
}

/* For %.*s: enough of it to know it again. */
static int shown(struct span span)
{
    return (int)text_cut(span.at, span.len, SHOWN_MAX);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_spaces(struct parser *p)
{
    while (is_space(*p->at))
        p->at++;
}

static bool span_is(struct span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

static struct search_term *add_term(struct parser *p, const struct field *field)
{
    struct search_query *query = p->query;
    struct search_term *term;

    query->terms =
        alloc_resize(query->terms, query->count + 1, sizeof(*query->terms));
    term = &query->terms[query->count++];
    *term = (struct search_term){.field = field->field};
    return term;
}

static bool add_words(struct parser *p, const struct field *field,
                      struct span value)
{
    struct buf words;

    buf_init(&words, value.len * 2 + 1);
    search_words(&words, value.at, value.len);
    if (words.len == 0) {
        buf_clear(&words);
        return wrong(p, value.at, "\"%.*s\" has no letter or digit to look for",
                     shown(value), value.at);
    }
    add_term(p, field)->words = buf_take(&words);
    return true;
}

static bool add_choice(struct parser *p, const struct field *field,
                       struct span value)
{
    for (const char *const *choice = field->choices; *choice; choice++) {
        if (!span_is(value, *choice))
            continue;
        add_term(p, field)->words = alloc_text(*choice);
        return true;
    }
    return wrong(p, value.at, "%s is %s or %s, not \"%.*s\"", field->name,
                 field->choices[0], field->choices[1], shown(value), value.at);
}

static bool read_instant(const struct parser *p, struct span value,
                         int64_t *first, int64_t *last)
{
    if (search_time_parse(value.at, value.len, first, last))
        return true;
    return wrong(p, value.at,
                 "\"%.*s\" is no date: write 2016-02-02 or "
                 "2016-02-02T16:00:00Z, in UTC, without an offset",
                 shown(value), value.at);
}

static bool add_instant(struct parser *p, const struct field *field,
                        struct span value)
{
    struct search_term *term;
    int64_t first, last;

    if (!read_instant(p, value, &first, &last))
        return false;
    term = add_term(p, field);
    term->from = first;
    term->to = last;
    return true;
}

static bool add_value(struct parser *p, const struct field *field,
                      struct span value)
{
    if (value.len == 0)
        return wrong(p, value.at,
                     "an empty quotation finds nothing: leave it out");
    switch (field->reading) {
    case READ_CHOICE:
        return add_choice(p, field, value);
    case READ_TIME:
        return add_instant(p, field, value);
    case READ_EXACT:
        add_term(p, field)->words = alloc_text_n(value.at, value.len);
        return true;
    case READ_WORDS:
        break;
    }
    return add_words(p, field, value);
}

/* At the opening quotation mark. A phrase has no escapes: quotes cannot be in
 * it, and are no part of any word anyway. */
static bool parse_phrase(struct parser *p, const struct field *field)
{
    const char *open = p->at++;
    const char *close = strchr(p->at, '"');
    struct span phrase = {p->at, 0};

    if (!close)
        return wrong(p, open, "the quotation that begins here has no end");
    phrase.len = (size_t)(close - p->at);
    p->at = close + 1;
    if (*p->at && !is_space(*p->at))
        return wrong(p, p->at, "leave a space after a quotation");
    return add_value(p, field, phrase);
}

/* One end of a range: up to a space or the bracket. */
static struct span read_end(struct parser *p)
{
    struct span end;

    skip_spaces(p);
    end.at = p->at;
    while (*p->at && !is_space(*p->at) && *p->at != ']' && *p->at != '}')
        p->at++;
    end.len = (size_t)(p->at - end.at);
    return end;
}

static bool read_from(struct parser *p, struct span end, bool included,
                      int64_t *from)
{
    int64_t first, last;

    if (span_is(end, "*")) {
        *from = INT64_MIN;
        return true;
    }
    if (!read_instant(p, end, &first, &last))
        return false;
    *from = included ? first : last + 1;
    return true;
}

static bool read_to(struct parser *p, struct span end, bool included,
                    int64_t *to)
{
    int64_t first, last;

    if (span_is(end, "*")) {
        *to = INT64_MAX;
        return true;
    }
    if (!read_instant(p, end, &first, &last))
        return false;
    *to = included ? last : first - 1;
    return true;
}

/* At the opening bracket. */
static bool parse_range(struct parser *p, const struct field *field)
{
    const char *open = p->at;
    struct span lower, word, upper;
    struct search_term *term;
    int64_t from, to;

    if (field->reading != READ_TIME)
        return wrong(p, open, "only timestamp and end_timestamp take a range");
    p->at++;
    lower = read_end(p);
    word = read_end(p);
    upper = read_end(p);
    skip_spaces(p);
    if (lower.len == 0 || upper.len == 0 || !span_is(word, "TO") ||
        (*p->at != ']' && *p->at != '}'))
        return wrong(p, open,
                     "a range is written [from TO to] or {from TO to}");
    if (!read_from(p, lower, *open == '[', &from) ||
        !read_to(p, upper, *p->at == ']', &to))
        return false;
    p->at++;
    if (*p->at && !is_space(*p->at))
        return wrong(p, p->at, "leave a space after a range");
    term = add_term(p, field);
    term->from = from;
    term->to = to;
    return true;
}

static struct span read_word(struct parser *p)
{
    struct span word = {p->at, 0};

    while (*p->at && !is_space(*p->at))
        p->at++;
    word.len = (size_t)(p->at - word.at);
    return word;
}

/* What other search languages have and this one has not. */
static bool refuse_operator(const struct parser *p, struct span word)
{
    static const char *const operators[] = {"OR", "NOT", "TO", "&&", "||"};

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (span_is(word, operators[i]))
            return wrong(p, word.at,
                         "%s cannot be used here: clauses are joined by AND "
                         "only; a word is put in quotation marks",
                         operators[i]);
    if (strchr("-+!()[]{}~^", *word.at))
        return wrong(p, word.at,
                     "%c has no meaning here: put the word in quotation marks",
                     *word.at);
    if (memchr(word.at, '*', word.len))
        return wrong(p, word.at,
                     "* stands alone, after a field or in a range; parts of "
                     "words are not found");
    return true;
}

static bool parse_word(struct parser *p, const struct field *field)
{
    struct span word = read_word(p);

    if (word.len == 0)
        return wrong(p, word.at, "%s: has no value; leave no space after it",
                     field->name);
    if (field != &no_field && span_is(word, "*")) {
        add_term(p, field)->any = true;
        return true;
    }
    return refuse_operator(p, word) && add_value(p, field, word);
}

static bool parse_value(struct parser *p, const struct field *field)
{
    if (*p->at == '"')
        return parse_phrase(p, field);
    if (field != &no_field && (*p->at == '[' || *p->at == '{'))
        return parse_range(p, field);
    return parse_word(p, field);
}

static bool unknown_field(const struct parser *p, struct span name)
{
    const char *names[FIELD_COUNT + 1] = {0};
    char *text = alloc_text_n(name.at, name.len);
    const char *nearest;

    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[i] = fields[i].name;
    nearest = text_nearest(text, names);
    wrong(p, name.at,
          "there is no field %.*s%s%s%s; a text with a colon is put in "
          "quotation marks",
          shown(name), name.at, nearest ? " (did you mean " : "",
          nearest ? nearest : "", nearest ? "?)" : "");
    free(text);
    return false;
}

/* "name:" moves on past the colon; without one there is no field. */
static bool parse_field(struct parser *p, const struct field **field)
{
    struct span name = {p->at, 0};

    name.len = strspn(p->at, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    *field = &no_field;
    if (name.len == 0 || p->at[name.len] != ':')
        return true;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!span_is(name, fields[i].name))
            continue;
        *field = &fields[i];
        p->at += name.len + 1;
        return true;
    }
    return unknown_field(p, name);
}

static bool at_and(const struct parser *p)
{
    return strncmp(p->at, "AND", 3) == 0 && (!p->at[3] || is_space(p->at[3]));
}

/* Clauses may, but need not, be joined by AND. */
static bool skip_joint(struct parser *p)
{
    const char *joint = p->at;

    if (!at_and(p))
        return true;
    p->at += 3;
    skip_spaces(p);
    if (p->query->count == 0 || !*p->at || at_and(p))
        return wrong(p, joint, "AND needs a clause on both sides");
    return true;
}

static bool parse_clauses(struct parser *p)
{
    const struct field *field;

    for (skip_spaces(p); *p->at; skip_spaces(p)) {
        if (p->query->count == SEARCH_TERMS_MAX)
            return wrong(p, p->at, "more than %d clauses", SEARCH_TERMS_MAX);
        if (!skip_joint(p) || !parse_field(p, &field) || !parse_value(p, field))
            return false;
    }
    if (p->query->count == 0)
        return error_set(p->err, ERROR_INPUT,
                         "q is empty: give a field and a value, or a word");
    return true;
}

bool search_query_parse(const char *text, struct search_query *query,
                        struct error *err)
{
    struct search_query parsed = {0};
    struct parser parser = {text, text, &parsed, err};

    if (!parse_clauses(&parser)) {
        search_query_clear(&parsed);
        return false;
    }
    *query = parsed;
    return true;
}

void search_query_clear(struct search_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        free(query->terms[i].words);
    free(query->terms);
    memset(query, 0, sizeof(*query));
}

void search_query_span(const struct search_query *query, int64_t *from,
                       int64_t *to)
{
    *from = INT64_MIN;
    *to = INT64_MAX;
    for (size_t i = 0; i < query->count; i++) {
        const struct search_term *term = &query->terms[i];

        if (term->field != SEARCH_TIMESTAMP || term->any)
            continue;
        if (term->from > *from)
            *from = term->from;
        if (term->to < *to)
            *to = term->to;
    }
}

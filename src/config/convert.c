/* Values from text. See convert.h; convert_print.c goes the other way. */
#include "config/convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/units.h"

#include "base/banned.h"

#define LIST_TEXT_LIMIT 65536

static bool wrong(struct error *err, const char *text, const char *allowed)
{
    return error_set(err, ERROR_CONFIG, "'%.80s' %s", text, allowed);
}

static bool out_of_range(const struct setting *setting, const char *text,
                         void (*format)(int64_t number, struct buf *out),
                         struct error *err)
{
    struct buf range;

    buf_init(&range, 100);
    buf_text(&range, "is out of range; allowed is ");
    format(setting->min, &range);
    buf_text(&range, " to ");
    format(setting->max, &range);
    wrong(err, text, buf_str(&range));
    buf_clear(&range);
    return false;
}

static bool read_whole(const struct setting *setting, const char *text,
                       int64_t *number, struct error *err)
{
    if (!text_int(text, INT64_MIN, INT64_MAX, number))
        return wrong(err, text, "is not a whole number");
    if (*number < setting->min || *number > setting->max)
        return out_of_range(setting, text, units_format_number, err);
    return true;
}

static bool read_duration(const struct setting *setting, const char *text,
                          int64_t *ms, struct error *err)
{
    if (!clock_parse_duration(text, ms))
        return wrong(err, text,
                     "is not a duration; write 500ms, 90s, 15m, 2h or 3d");
    if (*ms < setting->min || *ms > setting->max)
        return out_of_range(setting, text, units_format_duration, err);
    return true;
}

static bool read_size(const struct setting *setting, const char *text,
                      int64_t *bytes, struct error *err)
{
    if (!units_parse_size(text, bytes))
        return wrong(err, text,
                     "is not a size; write a number of bytes, or 64KiB, 1MiB");
    if (*bytes < setting->min || *bytes > setting->max)
        return out_of_range(setting, text, units_format_size, err);
    return true;
}

static bool read_bool(const char *text, bool *value, struct error *err)
{
    static const char *const words[] = {"false", "true", "no",
                                        "yes",   "off",  "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (text_equal_nocase(text, words[i])) {
            *value = i % 2;
            return true;
        }
    return wrong(err, text, "is neither true nor false");
}

static bool read_share(const char *text, double *share, struct error *err)
{
    char *end;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (errno || end == text || *end ||
        strspn(text, "0123456789.") != strlen(text) ||
        !(value >= 0 && value <= 1))
        return wrong(err, text, "is not a share; write a number from 0 to 1");
    *share = value;
    return true;
}

/* The index among the choices. */
static bool read_choice(const struct setting *setting, const char *text,
                        unsigned *index, struct error *err)
{
    struct buf allowed;

    for (unsigned i = 0; setting->choices[i]; i++)
        if (strcmp(text, setting->choices[i]) == 0) {
            *index = i;
            return true;
        }
    buf_init(&allowed, 200);
    buf_text(&allowed, "is none of ");
    for (unsigned i = 0; setting->choices[i]; i++)
        buf_format(&allowed, "%s%s", i ? ", " : "", setting->choices[i]);
    wrong(err, text, buf_str(&allowed));
    buf_clear(&allowed);
    return false;
}

/* What a check says of a text, with the text unless it is a secret. */
static bool check(const struct setting *setting, const char *text,
                  struct error *err)
{
    unsigned index;

    if (!text_clean(text, strlen(text)))
        return error_set(err, ERROR_CONFIG,
                         "it has control characters or broken UTF-8");
    if (schema_is_secret(setting) && strpbrk(text, "\t\r\n"))
        return error_set(err, ERROR_CONFIG,
                         "it must be one line without control characters");
    if (setting->choices && !read_choice(setting, text, &index, err))
        return false;
    if (!setting->check || setting->check(text, err))
        return true;
    if (!schema_is_secret(setting) && !strchr(text, '@')) /* a password? */
        error_prefix(err, "'%.80s' cannot be used", text);
    return false;
}

static bool set_text(const struct place *place, const char *text,
                     struct error *err)
{
    if (!check(place->setting, text, err))
        return false;
    alloc_replace(place->member, text);
    return true;
}

static bool set_secret(const struct place *place, const char *text,
                       struct error *err)
{
    if (!check(place->setting, text, err))
        return false;
    secret_set(place->member, text, strlen(text));
    return true;
}

static bool set_choice(const struct place *place, const char *text,
                       struct error *err)
{
    unsigned index;

    if (!read_choice(place->setting, text, &index, err))
        return false;
    memcpy(place->member, &index, sizeof(index));
    return true;
}

static bool set_number(const struct place *place, const char *text,
                       struct error *err)
{
    const struct setting *setting = place->setting;
    int64_t number;
    bool ok;

    if (setting->kind == KIND_DURATION)
        ok = read_duration(setting, text, &number, err);
    else if (setting->kind == KIND_SIZE)
        ok = read_size(setting, text, &number, err);
    else
        ok = read_whole(setting, text, &number, err);
    if (!ok)
        return false;
    if (setting->kind == KIND_NUMBER)
        *(unsigned *)place->member = (unsigned)number;
    else if (setting->kind == KIND_COUNT || setting->kind == KIND_SIZE)
        *(size_t *)place->member = (size_t)number;
    else
        *(int64_t *)place->member = number;
    return true;
}

static bool set_events(const struct place *place, char *const *items,
                       size_t count, struct error *err)
{
    bool *events = place->member;
    unsigned wanted = 0;
    unsigned index;

    for (size_t i = 0; i < count; i++) {
        if (!read_choice(place->setting, items[i], &index, err))
            return false;
        wanted |= 1U << index;
    }
    for (unsigned i = 0; place->setting->choices[i]; i++)
        events[i] = wanted >> i & 1;
    return true;
}

static void set_list(const struct place *place, char *const *items,
                     size_t count)
{
    char **list = NEW_ARRAY(count, char *);

    for (size_t i = 0; i < count; i++)
        list[i] = alloc_text(items[i]);
    convert_clear(place);
    *(char ***)place->member = list;
    *place->count = count;
}

static void set_secrets(const struct place *place, char *const *items,
                        size_t count)
{
    struct secret *list = NEW_ARRAY(count, struct secret);

    for (size_t i = 0; i < count; i++)
        secret_set(&list[i], items[i], strlen(items[i]));
    convert_clear(place);
    *(struct secret **)place->member = list;
    *place->count = count;
}

static void set_joined(const struct place *place, char *const *items,
                       size_t count)
{
    struct buf text;

    buf_init(&text, LIST_TEXT_LIMIT);
    for (size_t i = 0; i < count; i++)
        buf_format(&text, "%s%s", i ? "," : "", items[i]);
    convert_clear(place);
    if (count)
        *(char **)place->member = buf_take(&text);
    buf_clear(&text);
}

bool convert_items(const struct place *place, char *const *items, size_t count,
                   struct error *err)
{
    enum setting_kind kind = place->setting->kind;

    if (kind == KIND_EVENTS)
        return set_events(place, items, count, err);
    for (size_t i = 0; i < count; i++)
        if (!check(place->setting, items[i], err))
            return false;
    if (kind == KIND_LIST)
        set_list(place, items, count);
    else if (kind == KIND_SECRETS)
        set_secrets(place, items, count);
    else
        set_joined(place, items, count);
    return true;
}

/* "a, b" as two items. */
static bool convert_list(const struct place *place, const char *text,
                         struct error *err)
{
    static const char gaps[] = ", \t\r\n";
    size_t count = 0;
    char **items = NEW_ARRAY(strlen(text) / 2 + 1, char *);
    bool ok;

    for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
        size_t len = strcspn(text, gaps);

        items[count++] = alloc_text_n(text, len);
        text += len;
    }
    ok = convert_items(place, items, count, err);
    for (size_t i = 0; i < count; i++)
        free(items[i]);
    free(items);
    return ok;
}

bool convert_text(const struct place *place, const char *text,
                  struct error *err)
{
    if (schema_is_list(place->setting))
        return convert_list(place, text, err);
    switch (place->setting->kind) {
    case KIND_TEXT:
        return set_text(place, text, err);
    case KIND_SECRET:
        return set_secret(place, text, err);
    case KIND_BOOL:
        return read_bool(text, place->member, err);
    case KIND_SHARE:
        return read_share(text, place->member, err);
    case KIND_CHOICE:
        return set_choice(place, text, err);
    default:
        return set_number(place, text, err);
    }
}

static void clear_list(const struct place *place)
{
    char ***list = place->member;

    for (size_t i = 0; i < *place->count; i++)
        free((*list)[i]);
    free(*list);
    *list = NULL;
    *place->count = 0;
}

static void clear_secrets(const struct place *place)
{
    struct secret **list = place->member;

    for (size_t i = 0; i < *place->count; i++)
        secret_clear(&(*list)[i]);
    free(*list);
    *list = NULL;
    *place->count = 0;
}

void convert_clear(const struct place *place)
{
    switch (place->setting->kind) {
    case KIND_TEXT:
    case KIND_JOINED:
        free(*(char **)place->member);
        *(char **)place->member = NULL;
        break;
    case KIND_SECRET:
        secret_clear(place->member);
        break;
    case KIND_LIST:
        clear_list(place);
        break;
    case KIND_SECRETS:
        clear_secrets(place);
        break;
    default:
        break;
    }
}

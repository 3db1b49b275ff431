/* Values as text for people and programs. See convert.h. */
#include "config/convert.h"

#include <string.h>

#include "base/text.h"
#include "config/units.h"

#include "base/banned.h"

/* A URL without the password that may stand in it. */
static void print_url(const char *url, struct buf *out)
{
    const char *authority = strstr(url, "://");
    const char *at = strrchr(url, '@');
    const char *colon = authority ? strchr(authority + 3, ':') : NULL;
    struct buf shown;

    buf_init(&shown, strlen(url) + 4);
    if (at && colon && colon < at) {
        buf_add(&shown, url, (size_t)(colon + 1 - url));
        buf_text(&shown, "***");
        url = at;
    }
    buf_text(&shown, url);
    text_json(out, buf_str(&shown));
    buf_clear(&shown);
}

static void print_text(const struct place *place, struct buf *out)
{
    const char *text = *(char **)place->member;

    if (!text)
        buf_text(out, "null");
    else if (place->setting->check == check_redis_url)
        print_url(text, out);
    else
        text_json(out, text);
}

static void print_list(const struct place *place, struct buf *out)
{
    char **list = *(char ***)place->member;

    buf_char(out, '[');
    for (size_t i = 0; i < *place->count; i++) {
        buf_text(out, i ? ", " : "");
        text_json(out, list[i]);
    }
    buf_char(out, ']');
}

static void print_secrets(const struct place *place, struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < *place->count; i++)
        buf_text(out, i ? ", \"***\"" : "\"***\"");
    buf_char(out, ']');
}

static void print_events(const struct place *place, struct buf *out)
{
    const bool *events = place->member;
    const char *gap = "";

    buf_char(out, '[');
    for (size_t i = 0; place->setting->choices[i]; i++) {
        if (!events[i])
            continue;
        buf_text(out, gap);
        text_json(out, place->setting->choices[i]);
        gap = ", ";
    }
    buf_char(out, ']');
}

/* YAML reads "90s" without quotes, and people do too. */
static void print_word(const char *word, bool json, struct buf *out)
{
    if (json)
        text_json(out, word);
    else
        buf_text(out, word);
}

static void print_units(const struct place *place, bool json, struct buf *out)
{
    struct buf text;

    buf_init(&text, 40);
    if (place->setting->kind == KIND_DURATION)
        units_format_duration(*(int64_t *)place->member, &text);
    else
        units_format_size((int64_t) * (size_t *)place->member, &text);
    print_word(buf_str(&text), json, out);
    buf_clear(&text);
}

static void print_choice(const struct place *place, bool json, struct buf *out)
{
    unsigned index;

    memcpy(&index, place->member, sizeof(index));
    print_word(place->setting->choices[index], json, out);
}

static void print_scalar(const struct place *place, bool json, struct buf *out)
{
    switch (place->setting->kind) {
    case KIND_BOOL:
        buf_text(out, *(bool *)place->member ? "true" : "false");
        break;
    case KIND_NUMBER:
        units_format_number(*(unsigned *)place->member, out);
        break;
    case KIND_COUNT:
        units_format_number((int64_t) * (size_t *)place->member, out);
        break;
    case KIND_INTEGER:
        units_format_number(*(int64_t *)place->member, out);
        break;
    case KIND_SHARE:
        buf_format(out, "%.15g", *(double *)place->member);
        break;
    case KIND_CHOICE:
        print_choice(place, json, out);
        break;
    default:
        print_units(place, json, out);
    }
}

void convert_print(const struct place *place, bool json, struct buf *out)
{
    switch (place->setting->kind) {
    case KIND_TEXT:
    case KIND_JOINED:
        print_text(place, out);
        break;
    case KIND_SECRET:
        buf_text(out, secret_present(place->member) ? "\"***\"" : "null");
        break;
    case KIND_LIST:
        print_list(place, out);
        break;
    case KIND_SECRETS:
        print_secrets(place, out);
        break;
    case KIND_EVENTS:
        print_events(place, out);
        break;
    default:
        print_scalar(place, json, out);
    }
}

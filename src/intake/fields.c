/*
 * application/x-www-form-urlencoded into fields, in one pass and one piece of
 * memory. See fields.h.
 */
#include "intake/fields.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

void fields_init(struct fields *fields)
{
    /* Not the whole list: it is large, and count says what is valid. */
    fields->count = 0;
    fields->root = NULL;
    fields->memory = NULL;
}

void fields_clear(struct fields *fields)
{
    json_decref(fields->root);
    free(fields->memory);
    fields_init(fields);
}

struct decoder {
    const char *at, *end;
    char *out;
};

/* One octet of %XX; -1 when it is broken or would end the text: %00. */
static int decode_escape(const char *at, const char *end)
{
    int high, low;

    if (end - at < 3)
        return -1;
    high = text_hex_value(at[1]);
    low = text_hex_value(at[2]);
    if (high < 0 || low < 0 || high + low == 0)
        return -1;
    return high * 16 + low;
}

/* Decodes up to the first stop, or '&', and writes a NUL behind. The compiler
 * keeps only locals in registers: what is written could be any of the others.
 */
static bool decode(struct decoder *d, char stop)
{
    const char *at = d->at, *end = d->end;
    char *out = d->out;

    for (; at < end && *at != stop && *at != '&'; at++) {
        int c = *at == '+' ? ' ' : (unsigned char)*at;

        if (c == '%') {
            c = decode_escape(at, end);
            at += 2;
        }
        if (c <= 0)
            return false;
        *out++ = (char)c;
    }
    *out++ = '\0';
    d->at = at;
    d->out = out;
    return true;
}

/* "name=value", "name=", "name"; d stands on '&' or the end afterwards. */
static bool decode_pair(struct decoder *d, struct field *field)
{
    field->type = FIELD_TEXT;
    field->name = d->out;
    if (!decode(d, '='))
        return false;
    if (d->at < d->end && *d->at == '=')
        d->at++;
    field->value = d->out;
    if (!decode(d, '&'))
        return false;
    field->value_len = (size_t)(d->out - 1 - field->value);
    return true;
}

enum fields_result fields_read_urlencoded(struct fields *fields,
                                          const char *body, size_t len,
                                          struct error *err)
{
    struct decoder d = {body, body + len, NULL};

    /* Every "x" may become a name and an empty value, each with its NUL. */
    fields->memory = alloc_resize(NULL, 2 * len + 2, 1);
    d.out = fields->memory;
    while (d.at < d.end) {
        if (*d.at == '&') {
            d.at++;
            continue;
        }
        if (fields->count == FIELDS_MAX) {
            error_set(err, ERROR_INPUT,
                      "more than %d fields; send the form's own only",
                      FIELDS_MAX);
            return FIELDS_COMPLEX;
        }
        if (!decode_pair(&d, &fields->list[fields->count++])) {
            error_set(err, ERROR_INPUT,
                      "byte %zu: a %% must be followed by two hexadecimal "
                      "digits other than 00, and there may be no NUL",
                      (size_t)(d.at - body));
            return FIELDS_BROKEN;
        }
    }
    return FIELDS_FINE;
}

/* application/json into fields, by jansson. See fields.h. */
#include "intake/fields.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/banned.h"

#define DEPTH_MAX   8
#define MEMBERS_MAX 64
#define NUMBER_MAX  40 /* characters */

struct scan {
    unsigned depth, members;
    size_t number_len;
    bool in_string, escaped;
};

static void scan_string(struct scan *scan, char c)
{
    if (scan->escaped)
        scan->escaped = false;
    else if (c == '\\')
        scan->escaped = true;
    else if (c == '"')
        scan->in_string = false;
}

/* False when a limit is passed. */
static bool scan_other(struct scan *scan, char c)
{
    bool digit = (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' ||
                 c == 'e' || c == 'E';

    scan->number_len = digit ? scan->number_len + 1 : 0;
    switch (c) {
    case '"':
        scan->in_string = true;
        break;
    case '{':
    case '[':
        scan->depth++;
        scan->members++; /* the first one has no comma before it */
        break;
    case '}':
    case ']':
        scan->depth -= scan->depth > 0;
        break;
    case ',':
        scan->members++;
        break;
    default:
        break;
    }
    return scan->depth <= DEPTH_MAX && scan->members <= MEMBERS_MAX &&
           scan->number_len <= NUMBER_MAX;
}

bool json_scan(const char *text, size_t len, struct error *err)
{
    struct scan scan = {0};

    for (size_t i = 0; i < len; i++) {
        if (scan.in_string)
            scan_string(&scan, text[i]);
        else if (!scan_other(&scan, text[i]))
            return error_set(err, ERROR_INPUT,
                             "byte %zu: more than %d levels, more than %d "
                             "members, or a number of more than %d digits; "
                             "send the form's own fields only",
                             i, DEPTH_MAX, MEMBERS_MAX, NUMBER_MAX);
    }
    return true;
}

static void read_value(struct field *field, const json_t *value)
{
    field->type = FIELD_OTHER;
    field->value = "";
    field->value_len = 0;
    if (json_is_string(value)) {
        field->type = FIELD_TEXT;
        field->value = json_string_value(value);
        field->value_len = json_string_length(value);
    } else if (json_is_boolean(value)) {
        field->type = FIELD_BOOL;
        field->value = json_is_true(value) ? "true" : "false";
        field->value_len = strlen(field->value);
    } else if (json_is_number(value)) {
        field->type = FIELD_NUMBER;
        if (json_is_integer(value))
            snprintf(field->number, sizeof(field->number),
                     "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else
            snprintf(field->number, sizeof(field->number), "%.15g",
                     json_real_value(value));
        field->value = field->number;
        field->value_len = strlen(field->value);
    }
}

enum fields_result fields_read_json(struct fields *fields, const char *body,
                                    size_t len, struct error *err)
{
    json_error_t problem;
    const char *name;
    json_t *value;

    if (!json_scan(body, len, err))
        return FIELDS_COMPLEX;
    fields->root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &problem);
    if (!fields->root) {
        error_set(err, ERROR_INPUT,
                  "line %d, column %d: %s. Send one JSON object, in UTF-8: "
                  "{\"message\": \"...\"}",
                  problem.line, problem.column, problem.text);
        return FIELDS_BROKEN;
    }
    if (!json_is_object(fields->root)) {
        error_set(err, ERROR_INPUT,
                  "a list, where an object with the form's fields belongs: "
                  "{\"message\": \"...\"}");
        return FIELDS_BROKEN;
    }
    json_object_foreach(fields->root, name, value)
    {
        struct field *field = &fields->list[fields->count++];

        field->name = name;
        read_value(field, value);
    }
    return FIELDS_FINE;
}

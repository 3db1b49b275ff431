/* The script of faults. See script.h. */
#include "sandbox/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "sandbox/calls.h"

#include "base/banned.h"

#define MOST_FAULTS   10000
#define LONGEST_DELAY (INT64_C(24) * 3600 * 1000)

/* clang-format off */
static const struct {
    const char *name;
    enum fault_kind kind;
} kinds[] = {
    { "status",       FAULT_STATUS       },
    { "status_after", FAULT_STATUS_AFTER },
    { "lose_before",  FAULT_LOSE_BEFORE  },
    { "lose_after",   FAULT_LOSE_AFTER   },
    { "slow",         FAULT_SLOW         },
    { "hang",         FAULT_HANG         },
    { "truncate",     FAULT_TRUNCATE     },
    { "html",         FAULT_HTML         },
    { "endless",      FAULT_ENDLESS      },
};
/* clang-format on */

void script_clear(struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        free(script->faults[i].match);
    free(script->faults);
    memset(script, 0, sizeof(*script));
}

static bool refuse_on(struct error *err)
{
    struct buf names;
    bool ok;

    buf_init(&names, 256);
    for (unsigned call = CHAT_CALL_CREATE; call < CALL_COUNT; call++)
        buf_format(&names, ", %s", call_name(call));
    ok = error_set(err, ERROR_INPUT, "on: one of any%s", buf_str(&names));
    buf_clear(&names);
    return ok;
}

static bool read_on(const json_t *value, struct fault *fault, struct error *err)
{
    const char *name = json_string_value(value);

    if (name && strcmp(name, "any") == 0) {
        fault->on = CHAT_CALL_NONE;
        return true;
    }
    for (unsigned call = CHAT_CALL_CREATE; name && call < CALL_COUNT; call++) {
        if (strcmp(name, call_name(call)) != 0)
            continue;
        fault->on = call;
        return true;
    }
    return refuse_on(err);
}

/* A name of the table; or a status, as number or as text, for short. */
static bool read_do(const json_t *value, struct fault *fault, struct error *err)
{
    const char *name = json_string_value(value);
    int64_t status = json_integer_value(value);

    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(name, kinds[i].name) != 0)
            continue;
        fault->kind = kinds[i].kind;
        return true;
    }
    if ((name && text_int(name, 200, 599, &status)) ||
        (status >= 200 && status <= 599)) {
        fault->kind = FAULT_STATUS;
        fault->status = (int)status;
        return true;
    }
    return error_set(err, ERROR_INPUT,
                     "do: one of status, status_after, lose_before, "
                     "lose_after, slow, hang, truncate, html, endless, or a "
                     "status from 200 to 599");
}

static bool read_number(const json_t *value, const char *name, int64_t max,
                        int64_t *number, struct error *err)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > max)
        return error_set(err, ERROR_INPUT, "%s: a whole number from 0 to %lld",
                         name, (long long)max);
    *number = json_integer_value(value);
    return true;
}

static bool read_member(struct fault *fault, const char *name,
                        const json_t *value, struct error *err)
{
    int64_t number = 0;

    if (strcmp(name, "on") == 0)
        return read_on(value, fault, err);
    if (strcmp(name, "do") == 0)
        return read_do(value, fault, err);
    if (strcmp(name, "retry_after") == 0)
        return read_number(value, name, 86400, &fault->retry_after, err);
    if (strcmp(name, "delay_ms") == 0 || strcmp(name, "ms") == 0)
        return read_number(value, name, LONGEST_DELAY, &fault->delay_ms, err);
    if (strcmp(name, "status") == 0) {
        if (!read_number(value, name, 599, &number, err))
            return false;
        if (number < 200)
            return error_set(err, ERROR_INPUT, "status: from 200 to 599");
        fault->status = (int)number;
        return true;
    }
    if (strcmp(name, "count") == 0) {
        if (!read_number(value, name, 1000000000, &number, err))
            return false;
        fault->count = (unsigned)number;
        return true;
    }
    if (strcmp(name, "reset") == 0 && json_is_boolean(value)) {
        fault->reset = json_is_true(value);
        return true;
    }
    if (strcmp(name, "match") == 0 && json_is_string(value)) {
        alloc_replace(&fault->match, json_string_value(value));
        return true;
    }
    return error_set(err, ERROR_INPUT,
                     "%.40s: not a member of a fault, or of the wrong type",
                     name);
}

static bool read_fault(json_t *object, struct fault *fault, struct error *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object))
        return error_set(err, ERROR_INPUT, "a fault is an object");
    json_object_foreach(
        object, name,
        value) if (!read_member(fault, name, value, err)) return false;
    if (fault->kind == FAULT_NONE)
        return error_set(err, ERROR_INPUT, "do: say what is to go wrong");
    if ((fault->kind == FAULT_STATUS || fault->kind == FAULT_STATUS_AFTER) &&
        !fault->status)
        fault->status = 500;
    if (fault->kind == FAULT_SLOW && !fault->delay_ms)
        fault->delay_ms = 1000;
    return true;
}

static bool add_one(struct script *script, json_t *object, struct error *err)
{
    struct fault fault = {.retry_after = -1, .count = 1};

    if (script->count == MOST_FAULTS)
        return error_set(err, ERROR_INPUT, "more than %d faults", MOST_FAULTS);
    if (!read_fault(object, &fault, err)) {
        free(fault.match);
        return false;
    }
    if (fault.count == 0) {
        free(fault.match);
        return true;
    }
    script->faults = alloc_resize(script->faults, script->count + 1,
                                  sizeof(*script->faults));
    script->faults[script->count++] = fault;
    return true;
}

static bool add_all(struct script *script, json_t *root, struct error *err)
{
    size_t before = script->count, index;
    json_t *object;

    if (!json_is_array(root))
        return add_one(script, root, err);
    json_array_foreach(root, index, object)
    {
        if (add_one(script, object, err))
            continue;
        while (script->count > before)
            free(script->faults[--script->count].match);
        return error_prefix(err, "fault %zu", index + 1);
    }
    return true;
}

bool script_add(struct script *script, const char *json, size_t len,
                struct error *err)
{
    json_error_t error;
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
    bool ok;

    if (!root)
        return error_set(err, ERROR_INPUT, "line %d: %s", error.line,
                         error.text);
    ok = add_all(script, root, err);
    json_decref(root);
    return ok;
}

static bool is_meant(const struct fault *fault, unsigned call,
                     const struct http_exchange *exchange)
{
    if (fault->on != CHAT_CALL_NONE && fault->on != call)
        return false;
    return !fault->match || strstr(http_body(exchange), fault->match) ||
           strstr(http_path(exchange), fault->match) ||
           strstr(http_query(exchange), fault->match);
}

struct fault script_take(struct script *script, unsigned call,
                         const struct http_exchange *exchange)
{
    struct fault taken = {.kind = FAULT_NONE, .retry_after = -1};

    for (size_t i = 0; i < script->count; i++) {
        struct fault *fault = &script->faults[i];

        if (!is_meant(fault, call, exchange))
            continue;
        taken = *fault;
        taken.match = NULL;
        if (--fault->count == 0) {
            free(fault->match);
            memmove(fault, fault + 1, (script->count - i - 1) * sizeof(*fault));
            script->count--;
        }
        break;
    }
    return taken;
}

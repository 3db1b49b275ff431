/* JSON from outside. See chat_json.h. */
#include "chat/chat_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"

#include "base/banned.h"

/* Above this a double no longer tells every whole number from the next. */
#define EXACT_MAX 9007199254740992.0

/*
 * Counted before any of it is made into objects: jansson takes 80 bytes for
 * each of "{},", and four megabytes of those would end the process.
 */
bool chat_json_bearable(const char *body, size_t len, size_t values_max)
{
    bool in_string = false;
    size_t values = 0;

    if (len <= values_max)
        return true; /* each of them has a byte of its own at least */
    for (size_t i = 0; i < len; i++) {
        if (body[i] == '"')
            in_string = !in_string;
        else if (in_string)
            i += body[i] == '\\';
        else
            values += body[i] == ',' || body[i] == '{' || body[i] == '[';
    }
    return values <= values_max;
}

/*
 * One number too large for 64 bits, in a place that does not matter to us, must
 * not make the rest unreadable: then numbers are read as doubles, and ids and
 * tickets are believed only where that is exact.
 */
json_t *chat_json_parse(const char *body, size_t len, size_t values_max)
{
    json_t *root;

    if (!chat_json_bearable(body, len, values_max))
        return NULL;
    root = json_loadb(body, len, JSON_ALLOW_NUL, NULL);
    if (!root)
        root = json_loadb(body, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
                          NULL);
    return root;
}

bool chat_json_number(const json_t *value, int64_t *number)
{
    double real;

    if (json_is_string(value))
        return strlen(json_string_value(value)) == json_string_length(value) &&
               text_int(json_string_value(value), 0, INT64_MAX, number);
    if (json_is_integer(value)) {
        *number = json_integer_value(value);
        return *number >= 0;
    }
    if (!json_is_real(value))
        return false;
    real = json_real_value(value);
    if (real < 0 || real > EXACT_MAX || floor(real) != real)
        return false;
    *number = (int64_t)real;
    return true;
}

bool chat_id_believable(const char *id, size_t len)
{
    if (len == 0 || len > CHAT_ID_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (id[i] <= ' ' || id[i] > '~' || id[i] == ',')
            return false;
    return strspn(id, ".") != len;
}

bool chat_json_id(const json_t *value, char id[CHAT_ID_MAX + 1])
{
    int64_t number;

    if (json_is_string(value)) {
        size_t len = json_string_length(value);

        if (!chat_id_believable(json_string_value(value), len))
            return false;
        memcpy(id, json_string_value(value), len + 1);
        return true;
    }
    if (!chat_json_number(value, &number))
        return false;
    snprintf(id, CHAT_ID_MAX + 1, "%" PRId64, number);
    return true;
}

const char *chat_json_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static int add_piece(const char *bytes, size_t len, void *out)
{
    buf_add(out, bytes, len);
    return 0;
}

void chat_json_print(const json_t *value, struct buf *out)
{
    json_dump_callback(value, add_piece, out, JSON_COMPACT | JSON_ENCODE_ANY);
}

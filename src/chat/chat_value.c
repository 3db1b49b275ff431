/* The value of one property. See chat_value.h. */
#include "chat/chat_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"
#include "chat/chat_instant.h"

#include "base/banned.h"

/* Above this a double no longer tells every whole number from the next. */
#define EXACT_MAX 9007199254740992.0

static json_t *shape_string(json_t *value)
{
    char digits[24];

    if (!json_is_integer(value))
        return NULL;
    snprintf(digits, sizeof(digits), "%" PRId64,
             (int64_t)json_integer_value(value));
    return json_string(digits);
}

static json_t *shape_integer(json_t *value)
{
    double real = json_real_value(value);
    int64_t number;

    if (json_is_real(value) && fabs(real) <= EXACT_MAX && floor(real) == real)
        return json_integer((json_int_t)real);
    if (json_is_string(value) &&
        strlen(json_string_value(value)) == json_string_length(value) &&
        text_int(json_string_value(value), INT64_MIN, INT64_MAX, &number))
        return json_integer(number);
    return NULL;
}

static json_t *shape_boolean(json_t *value)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > 1)
        return NULL;
    return json_boolean(json_integer_value(value));
}

static json_t *shape_array(json_t *value)
{
    if (json_is_null(value) ||
        (json_is_object(value) && json_object_size(value) == 0))
        return json_array();
    return NULL;
}

static json_t *shape_object(json_t *value)
{
    if (json_is_null(value) ||
        (json_is_array(value) && json_array_size(value) == 0))
        return json_object();
    return NULL;
}

static json_t *shape_timestamp(json_t *value)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t at;

    if (!json_is_integer(value) || !chat_instant_read(value, &at))
        return NULL;
    clock_format_seconds(at, text);
    return json_string(text);
}

static bool is_of_type(const json_t *value, enum property_type type)
{
    switch (type) {
    case PROPERTY_STRING:
    case PROPERTY_TIMESTAMP: /* a date that does not exist is kept, too */
        return json_is_string(value);
    case PROPERTY_INTEGER:
        return json_is_integer(value);
    case PROPERTY_BOOLEAN:
        return json_is_boolean(value);
    case PROPERTY_ARRAY:
        return json_is_array(value);
    case PROPERTY_OBJECT:
        return json_is_object(value);
    }
    return false;
}

json_t *chat_value_shape(const struct chat_property *property, json_t *value)
{
    static json_t *(*const shapes[])(json_t * value) = {
        [PROPERTY_STRING] = shape_string,
        [PROPERTY_INTEGER] = shape_integer,
        [PROPERTY_BOOLEAN] = shape_boolean,
        [PROPERTY_ARRAY] = shape_array,
        [PROPERTY_OBJECT] = shape_object,
        [PROPERTY_TIMESTAMP] = shape_timestamp,
    };

    if (is_of_type(value, property->type))
        return json_incref(value);
    if (json_is_null(value) && property->type != PROPERTY_ARRAY &&
        property->type != PROPERTY_OBJECT)
        return json_incref(value);
    return shapes[property->type](value);
}

static bool is_choice(const struct chat_property *property, const json_t *value)
{
    const char *const *choice = property->choices;

    if (!*choice || !json_is_string(value))
        return true;
    for (; *choice; choice++)
        if (strcmp(*choice, json_string_value(value)) == 0)
            return true;
    return false;
}

/* The only arrays that anybody writes are of texts. */
static bool has_texts(const json_t *array)
{
    size_t index;
    json_t *item;

    json_array_foreach(array, index, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return true;
}

static bool may_be(const struct chat_property *property, const json_t *value)
{
    int64_t at;

    if (json_is_null(value))
        return property->nullable;
    if (property->type == PROPERTY_TIMESTAMP)
        return chat_instant_read(value, &at);
    return is_of_type(value, property->type) && is_choice(property, value) &&
           (!property->writable || has_texts(value));
}

void chat_value_complain(const struct chat_property *property,
                         const json_t *value,
                         struct chat_complaints *complaints)
{
    struct buf advice;

    buf_init(&advice, CHAT_DETAIL_SIZE);
    chat_property_advise(property, &advice);
    chat_complain(complaints, property->name,
                  value ? COMPLAINT_INVALID : COMPLAINT_BLANK, "send %s",
                  buf_str(&advice));
    buf_clear(&advice);
}

bool chat_value_check(const struct chat_property *property, const json_t *value,
                      struct chat_complaints *complaints)
{
    if (may_be(property, value))
        return true;
    chat_value_complain(property, value, complaints);
    return false;
}

/* The object it is part of: its name's length, 0 for the chat itself. */
static size_t parent_len(const struct chat_property *property)
{
    const char *dot = strchr(property->name, '.');

    return dot ? (size_t)(dot - property->name) : 0;
}

static const char *last_name(const struct chat_property *property)
{
    size_t len = parent_len(property);

    return property->name + (len ? len + 1 : 0);
}

json_t *chat_value_get(const json_t *chat, const struct chat_property *property)
{
    size_t len = parent_len(property);

    if (len)
        chat = json_object_getn(chat, property->name, len);
    return json_object_get(chat, last_name(property));
}

void chat_value_put(json_t *chat, const struct chat_property *property,
                    json_t *value)
{
    size_t len = parent_len(property);
    json_t *parent = len ? json_object_getn(chat, property->name, len) : chat;

    if (!json_is_object(parent)) {
        parent = json_object();
        json_object_setn_new(chat, property->name, len, parent);
    }
    json_object_set_new(parent, last_name(property), value);
}

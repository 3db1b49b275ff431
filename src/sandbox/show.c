/* Most manners need the text only; the odd ones take it apart. See show.h. */
#include "sandbox/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "sandbox/adopt.h"

#include "base/banned.h"

static bool is_odd(const struct manner *manner)
{
    return manner->unread_number || manner->webpath_arrays ||
           manner->arrays_null || manner->dates_impossible ||
           manner->unknown_members;
}

static void turn_unread(json_t *chat)
{
    const json_t *unread = json_object_get(chat, "unread");

    if (json_is_boolean(unread))
        json_object_set_new(chat, "unread", json_integer(json_is_true(unread)));
}

/* {"from", "to", "title", "timestamp"} as an array of these. */
static json_t *step_as_array(const json_t *step)
{
    static const char *const names[] = {"from", "to", "title", "timestamp"};
    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *value = json_object_get(step, names[i]);

        json_array_append_new(array, value ? json_incref(value) : json_null());
    }
    return array;
}

static void turn_webpath(json_t *chat)
{
    json_t *path = json_object_get(chat, "webpath");

    for (size_t i = 0; i < json_array_size(path); i++)
        if (json_is_object(json_array_get(path, i)))
            json_array_set_new(path, i, step_as_array(json_array_get(path, i)));
}

static void turn_arrays(json_t *chat)
{
    const char *name;
    json_t *value;

    json_object_foreach(chat, name, value)
    {
        if (json_is_array(value) && json_array_size(value) == 0)
            json_object_set_new(chat, name, json_null());
    }
}

/* No September has 31 days. */
static void turn_dates(json_t *chat)
{
    json_t *session = json_object_get(chat, "session");
    const char *date =
        json_string_value(json_object_get(session, "start_date"));

    if (date && strlen(date) >= 10)
        json_object_set_new(session, "start_date",
                            json_sprintf("%.4s-09-31%s", date, date + 10));
}

static void add_unknown(json_t *chat)
{
    json_t *visitor = json_object_get(chat, "visitor");

    json_object_set_new(chat, "x_unheard_of",
                        json_pack("{s:[i,n,{}],s:f}", "deep", 1, "ratio", 0.5));
    json_object_set_new(chat, "end_reason", json_null());
    if (json_is_object(visitor))
        json_object_set_new(visitor, "x_mood", json_string("unknown"));
}

/* The members but id and ticket. */
static void write_odd(const struct stored *stored, const struct manner *manner,
                      struct buf *out)
{
    json_t *chat = adopt_back(stored);
    char *text;

    if (manner->unread_number)
        turn_unread(chat);
    if (manner->webpath_arrays)
        turn_webpath(chat);
    if (manner->arrays_null)
        turn_arrays(chat);
    if (manner->dates_impossible)
        turn_dates(chat);
    if (manner->unknown_members)
        add_unknown(chat);
    text = json_dumps(chat, JSON_COMPACT);
    buf_add(out, text + 1, strlen(text) - 2);
    free(text);
    json_decref(chat);
}

void show_chat(const struct stored *stored, const struct manner *manner,
               int64_t now, struct buf *out)
{
    int64_t ticket = store_ticket(stored, now);

    buf_text(out, "{\"id\":");
    text_json(out, stored->id);
    if (stored->rest_len)
        buf_char(out, ',');
    if (is_odd(manner))
        write_odd(stored, manner, out);
    else
        buf_add(out, stored->rest, stored->rest_len);
    if (ticket)
        buf_format(out, ",\"zendesk_ticket_id\":%" PRId64, ticket);
    else if (!manner->ticket_missing)
        buf_text(out, ",\"zendesk_ticket_id\":null");
    buf_char(out, '}');
}

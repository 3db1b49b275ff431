/* The body of Update Chat. See chat_update.h. */
#include "chat/chat_update.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "chat/chat_value.h"

#include "base/banned.h"

/* The part of it that may be written: to be named when the whole was sent. */
static const char *writable_part(const char *name, size_t len)
{
    const struct chat_property *property;

    for (property = chat_properties; property->name; property++)
        if (strncmp(property->name, name, len) == 0 &&
            property->name[len] == '.' && property->writable)
            return property->name;
    return NULL;
}

static void complain_read_only(const char *name,
                               struct chat_complaints *complaints)
{
    const char *part = writable_part(name, strlen(name));

    if (part)
        chat_complain(complaints, name, COMPLAINT_READ_ONLY,
                      "send its parts by their dotted names, like \"%s\"",
                      part);
    else
        chat_complain(complaints, name, COMPLAINT_READ_ONLY,
                      "it cannot be changed: leave it out");
}

/* True: it is put into members. */
static bool take(const char *name, json_t *value, json_t *members,
                 struct chat_complaints *complaints)
{
    const struct chat_property *property =
        chat_property_find(name, strlen(name));
    json_t *shaped;
    bool ok;

    if (!property) {
        chat_complain(complaints, name, COMPLAINT_UNKNOWN,
                      "no chat has a property of this name: leave it out");
        return false;
    }
    if (!property->writable) {
        complain_read_only(property->name, complaints);
        return false;
    }
    shaped = chat_value_shape(property, value);
    ok = chat_value_check(property, shaped ? shaped : value, complaints);
    if (ok)
        json_object_set(members, name, shaped);
    json_decref(shaped);
    return ok;
}

static bool take_all(json_t *body, struct chat_update *update,
                     struct chat_complaints *complaints)
{
    const char *name;
    json_t *value;
    bool ok = true;

    update->members = json_object();
    json_object_foreach(body, name, value) ok &=
        take(name, value, update->members, complaints);
    if (!ok)
        chat_update_clear(update);
    return ok;
}

bool chat_update_read(const char *body, size_t len, struct chat_update *update,
                      struct chat_complaints *complaints)
{
    json_t *root = chat_complaints_parse(body, len, complaints);
    bool ok = false;

    if (root && json_object_size(root) == 0)
        snprintf(complaints->json, sizeof(complaints->json),
                 "it has no member: send what is to change, like "
                 "{\"unread\": false}");
    else if (root)
        ok = take_all(root, update, complaints);
    json_decref(root);
    return ok;
}

void chat_update_clear(struct chat_update *update)
{
    json_decref(update->members);
    update->members = NULL;
}

bool chat_update_fits(const struct chat_update *update, enum chat_kind kind,
                      struct chat_complaints *complaints)
{
    const char *name;
    json_t *value;

    complaints->count = 0;
    complaints->json[0] = '\0';
    json_object_foreach(update->members, name, value)
    {
        const struct chat_property *property =
            chat_property_find(name, strlen(name));

        if (!(property->writable & 1u << kind))
            chat_complain(complaints, name, COMPLAINT_READ_ONLY,
                          "it cannot be changed in a chat of type %s: leave "
                          "it out",
                          chat_kind_name(kind));
    }
    return complaints->count == 0;
}

void chat_update_apply(const struct chat_update *update, json_t *chat,
                       int64_t now)
{
    char text[CLOCK_TEXT_SIZE];
    const char *name;
    json_t *value;

    json_object_foreach(update->members, name, value) chat_value_put(
        chat, chat_property_find(name, strlen(name)), json_incref(value));
    clock_format_seconds(now, text);
    json_object_set_new(chat, "update_timestamp", json_string(text));
}

/* `afterhours chats update ID KEY=VALUE ...`, read by the table of properties.
 */
#include "cmd/chats_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "chat/chat_update.h"

#include "base/banned.h"

#define WRITABLE_MAX 64

/* "a,b" or a JSON array. */
static json_t *list_of(const char *text)
{
    json_t *list;

    if (*text == '[')
        return json_loads(text, 0, NULL);
    list = json_array();
    while (*text) {
        size_t len = strcspn(text, ",");

        if (len > 0)
            json_array_append_new(list, json_stringn(text, len));
        text += len + (text[len] == ',');
    }
    return list;
}

static json_t *boolean_of(const char *text)
{
    if (strcmp(text, "true") == 0)
        return json_true();
    return strcmp(text, "false") == 0 ? json_false() : NULL;
}

static json_t *integer_of(const char *text)
{
    int64_t number;

    return text_int(text, INT64_MIN, INT64_MAX, &number) ? json_integer(number)
                                                         : NULL;
}

/* NULL: it cannot be that. */
static json_t *value_of(const struct chat_property *property, const char *text)
{
    if (property->nullable && strcmp(text, "null") == 0)
        return json_null();
    switch (property->type) {
    case PROPERTY_BOOLEAN:
        return boolean_of(text);
    case PROPERTY_INTEGER:
        return integer_of(text);
    case PROPERTY_ARRAY:
        return list_of(text);
    case PROPERTY_OBJECT:
        return json_loads(text, 0, NULL);
    default:
        return json_string(text);
    }
}

/* NULL, and said why: there is none, or it cannot be changed. */
static const struct chat_property *writable(const char *name, size_t len,
                                            struct error *err)
{
    const struct chat_property *property = chat_property_find(name, len);
    const char *names[WRITABLE_MAX], *nearest;
    char *text = alloc_text_n(name, len);
    size_t count = 0;

    if (property && property->writable) {
        free(text);
        return property;
    }
    for (const struct chat_property *row = chat_properties; row->name; row++)
        if (row->writable && count < WRITABLE_MAX - 1)
            names[count++] = row->name;
    names[count] = NULL;
    nearest = text_nearest(text, names);
    error_set(err, ERROR_USAGE, "'%s' %s%s%s%s", text,
              property ? "cannot be changed" : "is no property of a chat",
              nearest ? "; did you mean '" : "", nearest ? nearest : "",
              nearest ? "'?" : "; 'afterhours chats properties' lists them");
    free(text);
    return NULL;
}

static bool add_member(json_t *members, const char *argument, struct error *err)
{
    const char *equals = strchr(argument, '=');
    const struct chat_property *property;
    struct buf advice;
    json_t *value;

    if (!equals || equals == argument)
        return error_set(err, ERROR_USAGE, "'%s' is not KEY=VALUE", argument);
    property = writable(argument, (size_t)(equals - argument), err);
    if (!property)
        return false;
    if (json_object_get(members, property->name))
        return error_set(err, ERROR_USAGE, "'%s' is given twice",
                         property->name);
    value = value_of(property, equals + 1);
    if (value)
        return json_object_set_new(members, property->name, value) == 0;
    buf_init(&advice, 256);
    chat_property_advise(property, &advice);
    error_set(err, ERROR_USAGE, "%s: give %s", property->name,
              buf_str(&advice));
    buf_clear(&advice);
    return false;
}

/* The body as text the caller frees; NULL: it would be refused. */
static char *body_of(char **arguments, struct error *err)
{
    json_t *members = json_object();
    struct chat_complaints complaints;
    struct chat_update update = {0};
    char *text = NULL;
    bool ok = true;

    for (; ok && *arguments; arguments++)
        ok = add_member(members, *arguments, err);
    if (ok)
        text = json_dumps(members, JSON_COMPACT);
    json_decref(members);
    if (!text || chat_update_read(text, strlen(text), &update, &complaints)) {
        chat_update_clear(&update);
        return text;
    }
    free(text);
    if (complaints.count)
        error_set(err, ERROR_USAGE, "%s: %s", complaints.list[0].member,
                  complaints.list[0].detail);
    else
        error_set(err, ERROR_USAGE, "%s", complaints.json);
    return NULL;
}

bool chats_update_check(const struct chats_options *options, struct error *err)
{
    struct chats_options id = {.arguments = options->arguments, .count = 1};
    char *body;

    if (options->count < 2)
        return error_set(err, ERROR_USAGE,
                         "give the id of one chat, and KEY=VALUE ...");
    if (!chats_some(&id, err))
        return false;
    body = body_of(options->arguments + 1, err);
    free(body);
    return body != NULL;
}

static bool print_updated(const struct chats_link *link,
                          const struct http_response *answer, const char *id)
{
    json_t *chat = chat_one_read(answer->body, answer->body_len);

    if (link->options->json && chat)
        output_json(json_incref(chat));
    else if (!link->options->json)
        printf("%s updated.\n", id);
    json_decref(chat);
    return true;
}

bool chats_update(struct chats_link *link, const struct chats_options *options,
                  struct error *err)
{
    const char *id = options->arguments[0];
    char *body = body_of(options->arguments + 1, err);
    struct http_request request;
    struct http_response answer;
    bool ok;

    if (!body)
        return false;
    chat_request_update(&request, &link->endpoint, id, body);
    free(body);
    ok = chats_ask(link, &request, &answer, err);
    chats_progress_clear(&link->progress);
    if (ok && answer.status == 404)
        ok = error_set(err, ERROR_FAILED, "%s: there is no such chat", id);
    else if (ok)
        ok = print_updated(link, &answer, id);
    http_response_clear(&answer);
    return ok;
}

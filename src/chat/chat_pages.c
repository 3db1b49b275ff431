/* Pages of chats. See chat_pages.h. */
#include "chat/chat_pages.h"

#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/text.h"
#include "chat/chat_json.h"

#include "base/banned.h"

/* A thousand chats with a long history each. */
#define VALUES_MAX 3000000

static json_t *parse(const char *body, size_t len)
{
    return chat_json_parse(body, len, VALUES_MAX);
}

/* The value of a parameter of the query that begins at text. */
static bool find_parameter(const char *text, const char *name, char *value)
{
    size_t name_len = strlen(name);
    struct buf decoded;
    bool found = false;

    while (*text && *text != '#') {
        size_t len = strcspn(text, "&#");

        if (len > name_len + 1 && strncmp(text, name, name_len) == 0 &&
            text[name_len] == '=') {
            buf_init(&decoded, CHAT_CURSOR_MAX);
            found = text_percent_decode(text + name_len + 1, len - name_len - 1,
                                        true, &decoded) &&
                    buf_ok(&decoded) && decoded.len > 0;
            if (found)
                memcpy(value, buf_str(&decoded), decoded.len + 1);
            buf_clear(&decoded);
            return found;
        }
        text += len + (text[len] == '&');
    }
    return false;
}

void chat_next_read(const char *url, struct chat_next *next)
{
    const char *query;
    int64_t page;

    next->kind = CHAT_NEXT_NONE;
    next->value[0] = '\0';
    if (!url || !*url || strcmp(url, "null") == 0)
        return;
    query = strchr(url, '?');
    next->kind = CHAT_NEXT_ODD;
    if (!query)
        return;
    if (find_parameter(query + 1, "cursor", next->value))
        next->kind = CHAT_NEXT_CURSOR;
    else if (find_parameter(query + 1, "page", next->value) &&
             text_int(next->value, 1, INT32_MAX, &page))
        next->kind = CHAT_NEXT_PAGE;
}

bool chat_own_id(const json_t *chat, char id[CHAT_ID_MAX + 1])
{
    return chat_json_id(json_object_get(chat, "id"), id);
}

static bool odd(json_t *root, struct error *err, const char *what)
{
    json_decref(root);
    return error_set(err, ERROR_FAILED, "the answer was not understood: %s",
                     what);
}

static json_t *objects_of(const json_t *array)
{
    json_t *items = json_array();
    size_t index;
    json_t *item;

    json_array_foreach(array, index, item)
    {
        if (json_is_object(item))
            json_array_append(items, item);
    }
    return items;
}

static json_t *values_of(json_t *map)
{
    json_t *items = json_array();
    char id[CHAT_ID_MAX + 1];
    const char *key;
    json_t *item;

    json_object_foreach(map, key, item)
    {
        if (!json_is_object(item))
            continue;
        if (!chat_own_id(item, id))
            json_object_set_new(item, "id", json_string(key));
        json_array_append(items, item);
    }
    return items;
}

/*
 * A list that is absent or null is an empty one only if the answer says so by
 * its count; otherwise it is an answer of another kind.
 */
static bool read_items(const json_t *root, const char *name,
                       struct chat_list *list)
{
    json_t *items = json_object_get(root, name);

    memset(list, 0, sizeof(*list));
    if (!chat_json_number(json_object_get(root, "count"), &list->count))
        list->count = -1;
    chat_next_read(json_string_value(json_object_get(root, "next_url")),
                   &list->next);
    if (json_is_array(items))
        list->items = objects_of(items);
    else if (json_is_object(items) && strcmp(name, "docs") == 0)
        list->items = values_of(items);
    else if (list->count == 0 && (!items || json_is_null(items)))
        list->items = json_array();
    return list->items;
}

static bool read_named(json_t *root, const char *name, struct chat_list *list,
                       struct error *err)
{
    struct chat_list read;

    if (!json_is_object(root))
        return odd(root, err, "it is no JSON object");
    if (!read_items(root, name, &read)) {
        json_decref(root);
        return error_set(err, ERROR_FAILED,
                         "the answer was not understood: it has no \"%s\"",
                         name);
    }
    json_decref(root);
    *list = read;
    return true;
}

bool chat_list_read(const char *body, size_t len, struct chat_list *list,
                    struct error *err)
{
    return read_named(parse(body, len), "chats", list, err);
}

bool chat_list_read_search(const char *body, size_t len, struct chat_list *list,
                           struct error *err)
{
    return read_named(parse(body, len), "results", list, err);
}

bool chat_list_read_docs(const char *body, size_t len, struct chat_list *list,
                         struct error *err)
{
    return read_named(parse(body, len), "docs", list, err);
}

/* From end_time and end_id; else from the address of the next page. */
static bool read_position(const json_t *root, struct chat_position *position)
{
    const char *url = json_string_value(json_object_get(root, "next_page"));
    const char *query = url ? strchr(url, '?') : NULL;
    char text[CHAT_CURSOR_MAX + 1];

    position->start_id[0] = '\0';
    if (chat_json_number(json_object_get(root, "end_time"),
                         &position->start_time)) {
        if (!chat_json_id(json_object_get(root, "end_id"), position->start_id))
            position->start_id[0] = '\0';
        return true;
    }
    if (!query || !find_parameter(query + 1, "start_time", text) ||
        !text_int(text, 0, INT64_MAX, &position->start_time))
        return false;
    if (find_parameter(query + 1, "start_id", text) &&
        chat_id_believable(text, strlen(text)))
        memcpy(position->start_id, text, strlen(text) + 1);
    return true;
}

bool chat_list_read_changes(const char *body, size_t len,
                            struct chat_list *list, struct chat_position *end,
                            struct error *err)
{
    json_t *root = parse(body, len);
    struct chat_position read = *end;
    bool moved = read_position(root, &read);

    if (!read_named(root, "chats", list, err))
        return false;
    if (moved)
        *end = read;
    return true;
}

void chat_list_clear(struct chat_list *list)
{
    json_decref(list->items);
    memset(list, 0, sizeof(*list));
}

json_t *chat_one_read(const char *body, size_t len)
{
    json_t *root = parse(body, len);

    if (json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}

/* The parameter fields. See pick.h. */
#include "chat_api/pick.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define SHOWN_MAX 40 /* bytes of a wrong name that are repeated */

void pick_clear(struct pick *pick)
{
    free(pick->list);
    *pick = (struct pick){0};
}

/* Each once: so there are never more than the table has. */
static void add(struct pick *pick, const struct chat_property *property)
{
    for (size_t i = 0; i < pick->count; i++)
        if (pick->list[i] == property)
            return;
    pick->list = alloc_resize(pick->list, pick->count + 1, sizeof(*pick->list));
    pick->list[pick->count++] = property;
}

static size_t trim(const char **text, size_t len)
{
    while (len && **text == ' ') {
        (*text)++;
        len--;
    }
    while (len && (*text)[len - 1] == ' ')
        len--;
    return len;
}

/* False: it is no list of names. *all: one of them was "*". */
static bool read_names(const char *text, size_t len, struct pick *pick,
                       bool *all, struct error *err)
{
    const char *end = text + len;

    for (const char *next = text; next; text = next + 1) {
        const struct chat_property *property;
        const char *name = text;

        next = memchr(text, ',', (size_t)(end - text));
        len = trim(&name, (size_t)((next ? next : end) - text));
        if (len == 1 && *name == '*') {
            *all = true;
            continue;
        }
        property = chat_property_find(name, len);
        if (!property)
            return error_set(err, ERROR_INPUT,
                             "'%.*s' is no property of a chat: name "
                             "properties, as in id,visitor.email, or * for all",
                             len < SHOWN_MAX ? (int)len : SHOWN_MAX, name);
        add(pick, property);
    }
    return true;
}

bool pick_read(const char *text, struct pick *pick, struct error *err)
{
    static const char wrapper[] = "chats(";
    size_t len = trim(&text, strlen(text));
    bool all = false;

    if (text_starts(text, wrapper) && text[len - 1] == ')') {
        text += strlen(wrapper);
        len -= strlen(wrapper) + 1;
    }
    if (!read_names(text, len, pick, &all, err)) {
        pick_clear(pick);
        return false;
    }
    if (all)
        pick_clear(pick);
    return true;
}

/* "visitor.email" of chat into out, where the whole visitor may be already. */
static void pick_part(const char *name, const char *dot, const json_t *chat,
                      json_t *out)
{
    size_t len = (size_t)(dot - name);
    json_t *from = json_object_getn(chat, name, len);
    json_t *value = json_object_get(from, dot + 1);
    json_t *to = json_object_getn(out, name, len);

    if (!value)
        return;
    if (!to) {
        to = json_object();
        json_object_setn_new(out, name, len, to);
    }
    json_object_set(to, dot + 1, value);
}

json_t *pick_apply(const struct pick *pick, const json_t *chat)
{
    json_t *out = json_object();

    for (size_t i = 0; i < pick->count; i++) {
        const char *name = pick->list[i]->name;
        const char *dot = strchr(name, '.');

        if (dot)
            pick_part(name, dot, chat, out);
        else if (json_object_get(chat, name))
            json_object_set(out, name, json_object_get(chat, name));
    }
    return out;
}

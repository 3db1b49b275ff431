/* The text of a message, by the form's template. See entry.h. */
#include "intake/entry.h"

#include <string.h>

#include "base/banned.h"

#define BUILT_IN_TEMPLATE "{message}{details}"

static void add_line(struct buf *out, const char *label, const char *value)
{
    buf_char(out, '\n');
    buf_text(out, label);
    buf_text(out, ": ");
    value_add_lines(out, value);
}

static void add_extras(const struct entry *entry, size_t from, size_t to,
                       struct buf *out)
{
    for (size_t i = from; i < to; i++)
        add_line(out, entry->extras[i].label, entry->extras[i].value);
}

static size_t declared_count(const struct entry *entry)
{
    return entry->extra_count - entry->kept;
}

/* "{fields}": the lines without the line end before the first. */
static void add_fields(const struct entry *entry, struct buf *out)
{
    size_t start = out->len;

    add_extras(entry, 0, declared_count(entry), out);
    if (out->len > start) {
        memmove(out->data + start, out->data + start + 1, out->len - start);
        out->len--;
    }
}

/* What the built-in template says below the message. */
static void add_details(const struct entry *entry, struct buf *out)
{
    if (!entry->department && !declared_count(entry) && !entry->page)
        return;
    buf_char(out, '\n');
    if (entry->department)
        add_line(out, "Department", entry->department->name);
    add_extras(entry, 0, declared_count(entry), out);
    if (entry->page)
        add_line(out, "Page", entry->page);
}

static bool is(const char *name, size_t len, const char *word)
{
    return strlen(word) == len && memcmp(name, word, len) == 0;
}

/* The value of a built-in name; *known says whether it is one. */
static const char *builtin_value(const struct entry *entry, const char *name,
                                 size_t len, bool *known)
{
    const struct {
        const char *name, *value;
    } list[] = {
        {"message", entry->message},
        {"name", entry->name},
        {"email", entry->email},
        {"phone", entry->phone},
        {"page", entry->page},
        {"referrer", entry->referrer},
        {"subject", entry->subject},
        {"reference", entry->reference},
        {"department", entry->department ? entry->department->name : NULL},
    };

    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        *known = is(name, len, list[i].name);
        if (*known)
            return list[i].value;
    }
    return NULL;
}

static const char *extra_value(const struct entry *entry, const char *name,
                               size_t len, bool *known)
{
    *known = false;
    for (size_t i = 0; i < entry->form->field_count && !*known; i++)
        *known = is(name, len, entry->form->fields[i].name);
    for (size_t i = 0; i < declared_count(entry); i++)
        if (is(name, len, entry->extras[i].name))
            return entry->extras[i].value;
    return NULL;
}

/* Puts the value of {name} out; false when there is no such name. */
static bool add_value(const struct entry *entry, const char *name, size_t len,
                      struct buf *out)
{
    const char *value;
    bool known;

    if (is(name, len, "fields")) {
        add_fields(entry, out);
        return true;
    }
    if (is(name, len, "details")) {
        add_details(entry, out);
        return true;
    }
    value = builtin_value(entry, name, len, &known);
    if (!known)
        value = extra_value(entry, name, len, &known);
    if (value)
        value_add_lines(out, value);
    return known;
}

static void fill_in(const struct entry *entry, const char *template,
                    struct buf *out)
{
    while (*template) {
        size_t len = strcspn(template, "{");
        size_t name_len;

        buf_add(out, template, len);
        template += len;
        if (!*template)
            return;
        name_len = strcspn(template + 1, "{}");
        if (template[1 + name_len] == '}' &&
            add_value(entry, template + 1, name_len, out)) {
            template += name_len + 2;
        } else {
            buf_char(out, '{');
            template ++;
        }
    }
}

void entry_render(const struct entry *entry, struct buf *out)
{
    const char *template = entry->form->template;

    if (!template || !*template)
        template = BUILT_IN_TEMPLATE;
    if (entry->subject && !strstr(template, "{subject}")) {
        buf_text(out, entry->subject);
        buf_text(out, "\n\n");
    }
    fill_in(entry, template, out);
    if (entry->kept) {
        buf_char(out, '\n');
        add_extras(entry, declared_count(entry), entry->extra_count, out);
    }
}

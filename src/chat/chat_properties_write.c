/* The table of properties as JSON. See chat_property.h. */
#include "chat/chat_property.h"

#include "base/text.h"

#include "base/banned.h"

static void write_kinds(struct buf *out, const char *name, unsigned kinds)
{
    bool first = true;

    buf_format(out, ",\"%s\":[", name);
    for (unsigned kind = 0; kind < CHAT_KIND_COUNT; kind++) {
        if (!(kinds & 1u << kind))
            continue;
        buf_format(out, "%s\"%s\"", first ? "" : ",",
                   chat_kind_name((enum chat_kind)kind));
        first = false;
    }
    buf_char(out, ']');
}

static void write_choices(struct buf *out, const char *const *choices)
{
    buf_text(out, ",\"choices\":[");
    for (size_t i = 0; choices[i]; i++)
        buf_format(out, "%s\"%s\"", i ? "," : "", choices[i]);
    buf_char(out, ']');
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void write_property(struct buf *out,
                           const struct chat_property *property)
{
    buf_format(out, "{\"name\":\"%s\",\"type\":\"%s\"", property->name,
               property_type_name(property->type));
    write_kinds(out, "kinds", property->kinds);
    write_kinds(out, "writable", property->writable);
    buf_format(out, ",\"required\":%s,\"nullable\":%s",
               truth(property->required), truth(property->nullable));
    if (property->choices[0])
        write_choices(out, property->choices);
    buf_text(out, ",\"description\":");
    text_json(out, property->description);
    buf_char(out, '}');
}

void chat_properties_write(struct buf *out)
{
    buf_text(out, "{\"properties\":[");
    for (size_t i = 0; chat_properties[i].name; i++) {
        if (i)
            buf_char(out, ',');
        write_property(out, &chat_properties[i]);
    }
    buf_text(out, "]}\n");
}

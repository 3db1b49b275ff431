/* `afterhours chats properties`: the table that this program goes by. */
#include "cmd/chats.h"

#include <stdio.h>
#include <string.h>

#include "chat/chat_property.h"
#include "cmd/output.h"

#include "base/banned.h"

#define JSON_MAX   ((size_t)256 * 1024)
#define KINDS_SIZE 32

/* "chat", "offline_msg, chat", "". */
static void name_kinds(unsigned kinds, char text[KINDS_SIZE])
{
    size_t len = 0;

    text[0] = '\0';
    for (int kind = 0; kind < CHAT_KIND_COUNT; kind++)
        if (kinds & (1U << kind))
            len += (size_t)snprintf(text + len, KINDS_SIZE - len, "%s%s",
                                    len ? ", " : "",
                                    chat_kind_name((enum chat_kind)kind));
}

static void print_table(void)
{
    static const struct table_column columns[] = {
        {"PROPERTY", false, false}, {"TYPE", false, false},
        {"OF", false, false},       {"UPDATE", false, false},
        {"CREATE", false, false},   {"WHAT IT IS", false, true},
    };
    struct table *table = table_new(columns, 6);

    for (const struct chat_property *property = chat_properties; property->name;
         property++) {
        char kinds[KINDS_SIZE], writable[KINDS_SIZE];
        const char *cells[] = {property->name,
                               property_type_name(property->type),
                               kinds,
                               writable,
                               property->required ? "required" : "",
                               property->description};

        name_kinds(property->kinds, kinds);
        name_kinds(property->writable, writable);
        table_row(table, cells);
    }
    table_print(table);
}

bool chats_properties(struct chats_link *link,
                      const struct chats_options *options, struct error *err)
{
    struct buf json;
    bool ok = true;

    (void)link;
    if (!options->json) {
        print_table();
        return true;
    }
    buf_init(&json, JSON_MAX);
    chat_properties_write(&json);
    if (buf_ok(&json))
        puts(buf_str(&json));
    else
        ok = error_set(err, ERROR_FAILED, "the table is too long");
    buf_clear(&json);
    return ok;
}

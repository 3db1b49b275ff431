/* Chats as tables and as JSON. See chats_out.h. */
#include "cmd/chats_out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "chat/chat_json.h"
#include "cmd/chats_text.h"

#include "base/banned.h"

#define CELL_MAX    ((size_t)1024)
#define PREVIEW_MAX 120
#define NAME_MAX    60
#define INSTANT_MAX 32

bool chats_seen_add(struct chats_seen *seen, const char *id)
{
    if (!seen->ids)
        seen->ids = json_object();
    if (json_object_get(seen->ids, id))
        return false;
    json_object_set_new(seen->ids, id, json_true());
    return true;
}

void chats_seen_clear(struct chats_seen *seen)
{
    json_decref(seen->ids);
    seen->ids = NULL;
}

void chats_out_begin(struct chats_out *out, struct chats_link *link, bool rows)
{
    static const struct table_column of_chats[] = {
        {"ID", false, false},    {"TYPE", false, false},
        {"TIME", false, false},  {"VISITOR", false, true},
        {"TICKET", true, false}, {"TEXT", false, true},
    };
    static const struct table_column of_rows[] = {
        {"ID", false, false},
        {"TYPE", false, false},
        {"TIME", false, false},
        {"TEXT", false, true},
    };

    *out = (struct chats_out){.link = link, .rows = rows};
    if (link->options->json)
        return;
    out->table = rows ? table_new(of_rows, 4) : table_new(of_chats, 6);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

const char *chats_said(const json_t *chat)
{
    const json_t *history = json_object_get(chat, "history");
    const char *text = text_of(chat, "preview");
    size_t index;
    json_t *entry;

    if (!*text)
        text = text_of(chat, "message");
    if (*text)
        return text;
    json_array_foreach(history, index, entry)
    {
        if (*text_of(entry, "msg"))
            return text_of(entry, "msg");
    }
    return text_of(chat, "comment");
}

static char *line_of(const char *text, size_t most)
{
    struct buf line;

    buf_init(&line, CELL_MAX);
    chats_line(&line, text, most);
    return buf_take(&line);
}

/* As text, or as the number that some have there. */
static char *instant_of(const json_t *chat)
{
    const json_t *value = json_object_get(chat, "timestamp");

    if (json_is_integer(value))
        return alloc_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return line_of(text_of(chat, "timestamp"), INSTANT_MAX);
}

static char *visitor_of(const json_t *chat)
{
    const json_t *visitor = json_object_get(chat, "visitor");
    const char *email = text_of(visitor, "email");

    return line_of(*email ? email : text_of(visitor, "name"), NAME_MAX);
}

static void add_row(struct chats_out *out, const json_t *chat)
{
    char id[CHAT_ID_MAX + 1] = "", ticket[24] = "";
    char *type = line_of(text_of(chat, "type"), INSTANT_MAX);
    char *at = instant_of(chat), *visitor = visitor_of(chat);
    char *text = line_of(chats_said(chat), PREVIEW_MAX);
    const char *of_chat[] = {id, type, at, visitor, ticket, text};
    const char *of_row[] = {id, type, at, text};
    int64_t number;

    if (!chat_own_id(chat, id))
        id[0] = '\0';
    if (chat_json_number(json_object_get(chat, "zendesk_ticket_id"), &number))
        snprintf(ticket, sizeof(ticket), "%" PRId64, number);
    table_row(out->table, out->rows ? of_row : of_chat);
    free(type);
    free(at);
    free(visitor);
    free(text);
}

bool chats_out_add(struct chats_out *out, const json_t *chat, struct error *err)
{
    out->count++;
    if (out->table) {
        add_row(out, chat);
        return true;
    }
    chats_progress_clear(&out->link->progress);
    fputs(out->count == 1 ? "[\n" : ",\n", stdout);
    if (json_dumpf(chat, stdout, JSON_COMPACT) == 0 && !ferror(stdout))
        return true;
    return error_set(err, ERROR_FAILED, "standard output: %s", strerror(errno));
}

void chats_out_end(struct chats_out *out, bool ok, bool more)
{
    chats_progress_clear(&out->link->progress);
    if (!out->table && out->count > 0)
        fputs("\n]\n", stdout);
    else if (!out->table && ok)
        fputs("[]\n", stdout);
    if (!out->table)
        return;
    if (out->count == 0) {
        table_free(out->table);
        if (ok)
            printf("Nothing fits.\n");
        return;
    }
    table_print(out->table);
    if (more)
        printf("The newest %zu; --limit N or --all lists more.\n", out->count);
}

static void print_member(const char *name, json_t *value);

static void print_object(const char *prefix, json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        char *dotted = alloc_format("%s%s%s", prefix, *prefix ? "." : "", name);

        print_member(dotted, value);
        free(dotted);
    }
}

static void print_line(const char *name, const char *text)
{
    struct buf line;

    buf_init(&line, (size_t)64 * 1024);
    chats_line(&line, name, NAME_MAX);
    buf_format(&line, "%*s", line.len < 24 ? (int)(24 - line.len) : 1, "");
    chats_line(&line, text, (size_t)60 * 1024);
    puts(buf_str(&line));
    buf_clear(&line);
}

static void print_member(const char *name, json_t *value)
{
    char *text;

    if (json_is_object(value) && json_object_size(value) > 0) {
        print_object(name, value);
        return;
    }
    if (json_is_string(value)) {
        print_line(name, json_string_value(value));
        return;
    }
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    print_line(name, text ? text : "");
    free(text);
}

/* "2014-10-09T05:28:35Z    Visitor 7: hello", or what happened. */
static void print_moment(const json_t *entry)
{
    const char *said = text_of(entry, "msg"), *name = text_of(entry, "name");
    char *text = *said ? alloc_format("%s: %s", name, said)
                       : alloc_format("%s (%s)", name, text_of(entry, "type"));

    print_line(text_of(entry, "timestamp"), text);
    free(text);
}

void chats_out_whole(json_t *chat)
{
    json_t *rest = json_copy(chat);
    json_t *history = json_incref(json_object_get(rest, "history"));
    size_t index;
    json_t *entry;

    if (json_array_size(history) > 0)
        json_object_del(rest, "history");
    print_object("", rest);
    json_decref(rest);
    if (json_array_size(history) > 0)
        putchar('\n');
    json_array_foreach(history, index, entry)
    {
        print_moment(entry);
    }
    json_decref(history);
}

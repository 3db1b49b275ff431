/*
 * Answers of Zendesk Chat. What is odd but harmless is tolerated; what would
 * hide a chat from us is not: "it did not land" must never be concluded from
 * an answer that was not understood. See chat_reader.h.
 */
#include "chat/chat_reader.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/text.h"
#include "chat/chat_instant.h"
#include "chat/chat_json.h"

#include "base/banned.h"

/* Fifty chats with a long history each have a few thousand. */
#define VALUES_MAX 200000

/* So many wrong characters make no other id of it. */
#define DAMAGED_MAX 4

static json_t *parse(const char *body, size_t len)
{
    return chat_json_parse(body, len, VALUES_MAX);
}

/* All but its id. */
static void read_facts(const json_t *chat, struct chat_row *row)
{
    const json_t *session = json_object_get(chat, "session");

    if (!chat_json_id(json_object_get(session, "id"), row->session_id))
        row->session_id[0] = '\0';
    if (!chat_json_number(json_object_get(chat, "zendesk_ticket_id"),
                          &row->ticket_id))
        row->ticket_id = 0;
}

bool chat_read_created(const char *body, size_t len, struct chat_row *created)
{
    json_t *root = parse(body, len);
    struct chat_row read;
    bool ok = chat_json_id(json_object_get(root, "id"), read.id);

    if (ok) {
        read_facts(root, &read);
        *created = read;
    }
    json_decref(root);
    return ok;
}

bool chat_row_of(const struct chat_row *row, const char *submission)
{
    size_t len = strlen(submission), wrong = 0;

    if (len <= DAMAGED_MAX || strlen(row->session_id) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        wrong += row->session_id[i] != submission[i];
    return wrong <= DAMAGED_MAX;
}

bool chat_row_of_another(const struct chat_row *row, const char *submission)
{
    return id_ok(row->session_id) && !chat_row_of(row, submission);
}

/*
 * A list that is absent or null is an empty one only if the answer says so by
 * its count; otherwise it is an answer of another kind.
 */
static bool says_none(const json_t *root)
{
    int64_t count;

    return chat_json_number(json_object_get(root, "count"), &count) &&
           count == 0;
}

static bool more_follows(const json_t *root)
{
    const char *url = json_string_value(json_object_get(root, "next_url"));

    return url && *url && strcmp(url, "null") != 0;
}

static bool read_results(const json_t *results, struct chat_page *page)
{
    size_t index;
    json_t *row;

    page->ids = alloc_zero(json_array_size(results), sizeof(*page->ids));
    json_array_foreach(results, index, row)
    {
        if (json_is_null(row))
            continue;
        if (!chat_json_id(json_object_get(row, "id"), page->ids[page->count]))
            return false;
        page->count++;
    }
    return true;
}

bool chat_read_search(const char *body, size_t len, struct chat_page *page)
{
    json_t *root = parse(body, len);
    json_t *results = json_object_get(root, "results");
    struct chat_page read = {.more = more_follows(root)};
    bool ok = json_is_array(results)
                  ? read_results(results, &read)
                  : json_is_object(root) && says_none(root) &&
                        (!results || json_is_null(results));

    json_decref(root);
    if (ok)
        *page = read;
    else
        chat_page_clear(&read);
    return ok;
}

void chat_page_clear(struct chat_page *page)
{
    free(page->ids);
    memset(page, 0, sizeof(*page));
}

/* Its id, which may stand in two places and must be the same in both. */
static bool read_row_id(const json_t *doc, const char *key,
                        char id[CHAT_ID_MAX + 1])
{
    bool own = chat_json_id(json_object_get(doc, "id"), id);

    if (!key || !chat_id_believable(key, strlen(key)))
        return own;
    if (own)
        return strcmp(id, key) == 0;
    memcpy(id, key, strlen(key) + 1);
    return true;
}

/* An entry that is null or has no id to go by tells us nothing: left out. */
static void read_row(const json_t *doc, const char *key, struct chat_rows *rows)
{
    struct chat_row *row = &rows->list[rows->count];

    if (!json_is_object(doc) || !read_row_id(doc, key, row->id))
        return;
    read_facts(doc, row);
    rows->count++;
}

static void read_map(json_t *docs, struct chat_rows *rows)
{
    const char *key;
    json_t *doc;

    rows->list = NEW_ARRAY(json_object_size(docs), struct chat_row);
    json_object_foreach(docs, key, doc) read_row(doc, key, rows);
}

static void read_array(const json_t *docs, struct chat_rows *rows)
{
    size_t index;
    json_t *doc;

    rows->list = NEW_ARRAY(json_array_size(docs), struct chat_row);
    json_array_foreach(docs, index, doc) read_row(doc, NULL, rows);
}

bool chat_read_docs(const char *body, size_t len, struct chat_rows *rows)
{
    json_t *root = parse(body, len);
    json_t *docs = json_object_get(root, "docs");
    struct chat_rows read = {0};
    bool ok = true;

    if (json_is_object(docs))
        read_map(docs, &read);
    else if (json_is_array(docs))
        read_array(docs, &read);
    else
        ok = says_none(root) && (!docs || json_is_null(docs));
    json_decref(root);
    if (ok)
        *rows = read;
    return ok;
}

void chat_rows_clear(struct chat_rows *rows)
{
    free(rows->list);
    memset(rows, 0, sizeof(*rows));
}

const struct chat_row *chat_rows_find(const struct chat_rows *rows,
                                      const char *id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].id, id) == 0)
            return &rows->list[i];
    return NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* As many whole words as fit; a single longer one is cut between characters. */
static void copy_words(const char *text, char *out, size_t size)
{
    size_t len = strlen(text), end;

    if (len >= size) {
        for (end = size - 1; end > 0 && !is_space(text[end]); end--)
            ;
        if (end == 0)
            end = text_cut(text, len, size - 1);
        len = end;
    }
    memcpy(out, text, len);
    out[len] = '\0';
}

bool chat_read_sent(const char *body, size_t len, struct chat_sent *sent)
{
    json_t *root = parse(body, len);
    const json_t *visitor = json_object_get(root, "visitor");
    const json_t *session = json_object_get(root, "session");
    struct chat_sent read = {0};
    const char *email = chat_json_text(visitor, "email");

    if (!json_is_object(root)) {
        json_decref(root);
        return false;
    }
    /* A part of an address finds nothing: all of it or none. */
    if (strlen(email) < sizeof(read.email))
        memcpy(read.email, email, strlen(email) + 1);
    copy_words(chat_json_text(visitor, "name"), read.name, sizeof(read.name));
    copy_words(chat_json_text(root, "message"), read.first_words,
               sizeof(read.first_words));
    if (!chat_json_id(json_object_get(session, "id"), read.session_id))
        read.session_id[0] = '\0';
    if (!chat_instant_read(json_object_get(root, "timestamp"), &read.at))
        read.at = 0;
    json_decref(root);
    *sent = read;
    return true;
}

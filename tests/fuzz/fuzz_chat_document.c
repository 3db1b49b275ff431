/*
 * A chat as others show it: brought into shape once and for all, printed again,
 * and skimmed to the same facts.
 */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "chat/chat_document.h"
#include "chat/chat_json.h"
#include "chat/chat_skim.h"

#include "base/banned.h"

#define OUT_MAX    ((size_t)64 * 1024 * 1024)
#define VALUES_MAX 200000

static void must(bool ok)
{
    if (!ok)
        __builtin_trap();
}

/* What was brought into shape stays as it is. */
static void read_again(const json_t *chat)
{
    struct error err;
    struct buf out;
    json_t *again;

    buf_init(&out, OUT_MAX);
    chat_json_print(chat, &out);
    again = chat_json_parse(out.data, out.len, VALUES_MAX);
    must(chat_document_shape(again, &err) && json_equal(again, chat));
    json_decref(again);
    buf_clear(&out);
}

static void same_texts(const char *const *a, const char *const *b)
{
    for (; *a && *b; a++, b++)
        must(strcmp(*a, *b) == 0);
    must(!*a && !*b);
}

static void same_facts(const struct chat_facts *a, const struct chat_facts *b)
{
    must(strcmp(a->id, b->id) == 0 && strcmp(a->type, b->type) == 0 &&
         strcmp(a->session_id, b->session_id) == 0 &&
         strcmp(a->name, b->name) == 0 && strcmp(a->email, b->email) == 0 &&
         strcmp(a->preview, b->preview) == 0);
    must(a->kind == b->kind && a->at == b->at && a->end_at == b->end_at &&
         a->updated_at == b->updated_at && a->ticket_id == b->ticket_id &&
         a->unread == b->unread);
    must(strcmp(a->subject.rating, b->subject.rating) == 0);
    same_texts(a->subject.texts, b->subject.texts);
    same_texts(a->subject.agent_names, b->subject.agent_names);
}

/* Where numbers had to be read as doubles the two may differ. */
static void skim(const char *json, size_t len, const json_t *chat)
{
    struct chat_skim memory = {0};
    struct chat_facts skimmed, read;
    json_t *exact = json_loadb(json, len, JSON_ALLOW_NUL, NULL);
    bool ok = chat_skim_read(&memory, json, len, &skimmed);

    must(ok || !exact);
    if (exact && chat) {
        chat_facts_read(chat, &read);
        same_facts(&skimmed, &read);
        chat_facts_clear(&read);
    }
    chat_skim_clear(&memory);
    json_decref(exact);
}

/* It may be a chat all the same, or the body of Create Chat. */
static void skim_alone(const char *json, size_t len)
{
    struct chat_skim memory = {0};
    struct chat_facts facts;

    if (chat_skim_read(&memory, json, len, &facts))
        must(facts.texts && facts.agent_names);
    chat_skim_clear(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    const char *json = (const char *)data;
    json_t *chat = chat_json_parse(json, size, VALUES_MAX);

    if (chat_document_shape(chat, &err)) {
        read_again(chat);
        skim(json, size, chat);
    } else {
        must(err.text[0] != '\0');
        skim_alone(json, size);
    }
    json_decref(chat);
    return 0;
}

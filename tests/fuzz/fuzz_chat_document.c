/*
 * A chat as others show it: brought into shape once and for all, printed again,
 * and skimmed to the same facts.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "chat/chat_document.h"
#include "chat/chat_skim.h"

#include "base/banned.h"

#define OUT_MAX ((size_t)64 * 1024 * 1024)

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
    chat_document_print(chat, &out);
    again = chat_document_read(out.data, out.len, &err);
    must(again && json_equal(again, chat));
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    char *json = malloc(size ? size : 1); /* its end is watched */
    json_t *chat;

    if (size)
        memcpy(json, data, size);
    chat = chat_document_read(json, size, &err);
    if (chat) {
        read_again(chat);
        skim(json, size, chat);
    } else {
        struct chat_skim memory = {0};
        struct chat_facts facts;

        must(err.text[0] != '\0');
        if (chat_skim_read(&memory, json, size, &facts))
            must(facts.texts && facts.agent_names);
        chat_skim_clear(&memory);
    }
    json_decref(chat);
    free(json);
    return 0;
}

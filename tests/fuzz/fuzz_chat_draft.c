/* The body of Create Chat, as a server reads it; and as it is kept and shown.
 */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "chat/chat_draft.h"
#include "chat/chat_skim.h"

#include "base/banned.h"

#define OUT_MAX ((size_t)64 * 1024 * 1024)

static void must(bool ok)
{
    if (!ok)
        __builtin_trap();
}

/* What was accepted is shown as a document that is in shape. */
static void show(const struct chat_draft *draft)
{
    const struct chat_keeping keeping = {.id = "2104.1.x", .ticket_id = 83};
    struct chat_facts facts;
    struct error err;
    struct buf out;
    json_t *chat, *before;

    buf_init(&out, OUT_MAX);
    chat_draft_show(draft, &keeping, &out);
    chat = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    before = json_deep_copy(chat);
    must(json_is_object(chat));
    must(chat_document_shape(chat, &err) && json_equal(before, chat));
    chat_facts_read(chat, &facts);
    must(strcmp(facts.email, draft->email) == 0 &&
         facts.at == draft->at / 1000 * 1000);
    chat_facts_clear(&facts);
    json_decref(before);
    json_decref(chat);
    buf_clear(&out);
}

/* Written down and put together by its parts, as a store does it. */
static void put_together(const struct chat_draft *draft)
{
    struct buf rest;
    json_t *root;

    buf_init(&rest, OUT_MAX);
    buf_char(&rest, '{');
    chat_draft_rest(draft, 0, &rest);
    buf_char(&rest, '}');
    root = json_loadb(rest.data, rest.len, JSON_REJECT_DUPLICATES, NULL);
    must(json_is_object(root));
    json_decref(root);
    buf_clear(&rest);
}

/* A search over bodies finds what a search over drafts would find. */
static void skim(const struct chat_draft *draft, const char *body, size_t len)
{
    struct chat_skim memory = {0};
    struct chat_facts facts;

    must(chat_skim_read(&memory, body, len, &facts));
    must(facts.kind == CHAT_KIND_OFFLINE_MSG && facts.at == draft->at &&
         facts.end_at == draft->end_at);
    must(strcmp(facts.name, draft->name) == 0 &&
         strcmp(facts.email, draft->email) == 0 &&
         strcmp(facts.preview, draft->message) == 0 &&
         strcmp(facts.session_id, draft->session_id) == 0);
    chat_skim_clear(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chat_complaints complaints;
    struct chat_draft draft;

    if (chat_draft_read((const char *)data, size, &draft, &complaints)) {
        show(&draft);
        put_together(&draft);
        skim(&draft, (const char *)data, size);
        chat_draft_clear(&draft);
    } else if (complaints.count == 0 && !complaints.json[0]) {
        __builtin_trap(); /* refused, and nothing said */
    }
    return 0;
}

/* Chats in an array. See memory_chats.h. */
#include "memory_chats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "chat/chat_document.h"
#include "chat/chat_facts.h"
#include "chat/chat_update.h"

#include "base/banned.h"

#define ITEMS_MAX CHAT_API_CHANGES

/* What an operation found, on its way to done. */
struct heap {
    struct memory_chats *store;
    struct chat_item items[ITEMS_MAX];
    struct chat_facts facts[ITEMS_MAX];
    char *texts[ITEMS_MAX];
    struct chat_found found;
};

void memory_chats_init(struct memory_chats *store)
{
    *store = (struct memory_chats){
        .chats = json_array(),
        .keys = json_object(),
        .now = INT64_C(1500000000000),
    };
}

void memory_chats_clear(struct memory_chats *store)
{
    json_decref(store->chats);
    json_decref(store->keys);
}

void memory_chats_add(struct memory_chats *store, const char *json)
{
    struct error err;
    json_t *chat = json_loads(json, 0, NULL);

    if (!chat_document_shape(chat, &err))
        fail_msg("%s", err.text);
    json_array_append_new(store->chats, chat);
}

void memory_chats_release(struct memory_chats *store)
{
    const struct chat_found nothing = {.fate = CHAT_STORE_OK};

    assert_non_null(store->done);
    store->done(store->done_context, &nothing);
    store->done = NULL;
}

/* NULL: nothing more is to be done, for the answer is fixed or comes later. */
static struct heap *begin(struct memory_chats *store,
                          const struct chat_access *access,
                          chat_store_done *done, void *context)
{
    static const struct chat_complaints complaints = {
        .list = {{.member = "message",
                  .code = COMPLAINT_INVALID,
                  .detail = "the store says no"}},
        .count = 1,
    };
    const struct chat_found found = {.fate = store->fate,
                                     .complaints = &complaints};
    struct heap *heap;

    store->who = access->who;
    store->asked++;
    if (store->later) {
        store->done = done;
        store->done_context = context;
        return NULL;
    }
    if (store->fate != CHAT_STORE_OK) {
        done(context, &found);
        return NULL;
    }
    heap = calloc(1, sizeof(*heap));
    heap->store = store;
    heap->found.items = heap->items;
    return heap;
}

static void add(struct heap *heap, json_t *chat)
{
    size_t number = heap->found.count++;
    struct chat_facts *facts = &heap->facts[number];
    char *text = json_dumps(chat, JSON_COMPACT);

    chat_facts_read(chat, facts);
    heap->texts[number] = text;
    heap->items[number] = (struct chat_item){
        .id = facts->id,
        .type = facts->type,
        .text = facts->preview,
        .at = facts->at,
        .updated_at = facts->updated_at,
        .json = text,
        .json_len = strlen(text),
    };
}

static void end(struct heap *heap, chat_store_done *done, void *context)
{
    done(context, &heap->found);
    for (size_t i = 0; i < heap->found.count; i++) {
        chat_facts_clear(&heap->facts[i]);
        free(heap->texts[i]);
    }
    free(heap);
}

static size_t index_of(const struct memory_chats *store, const char *id)
{
    size_t index;
    json_t *chat;

    json_array_foreach(store->chats, index, chat)
    {
        if (strcmp(json_string_value(json_object_get(chat, "id")), id) == 0)
            return index;
    }
    return SIZE_MAX;
}

static json_t *find(const struct memory_chats *store, const char *id)
{
    return json_array_get(store->chats, index_of(store, id));
}

/* The chat that was made with that key; NULL: a new one is to be made. */
static json_t *replay(struct heap *heap, const struct chat_create *create)
{
    json_t *first =
        create->idempotency_key
            ? json_object_get(heap->store->keys, create->idempotency_key)
            : NULL;

    if (!first)
        return NULL;
    if (!json_equal(json_object_get(first, "draft"), create->draft->body)) {
        heap->found.fate = CHAT_STORE_CONFLICT;
        return NULL;
    }
    heap->found.replayed = true;
    return find(heap->store, json_string_value(json_object_get(first, "id")));
}

static json_t *make(struct memory_chats *store,
                    const struct chat_create *create)
{
    struct buf text;
    char id[16];
    const struct chat_keeping keeping = {
        .id = id, .updated_at = store->now, .unread = true};

    buf_init(&text, 65536);
    snprintf(id, sizeof(id), "%u", 1001 + store->created++);
    chat_draft_show(create->draft, &keeping, &text);
    memory_chats_add(store, buf_str(&text));
    if (create->idempotency_key)
        json_object_set_new(
            store->keys, create->idempotency_key,
            json_pack("{s:s, s:O}", "id", id, "draft", create->draft->body));
    buf_clear(&text);
    return find(store, id);
}

static void create(void *context, const struct chat_access *access,
                   const struct chat_create *create, chat_store_done *done,
                   void *done_context)
{
    struct memory_chats *store = context;
    struct heap *heap = begin(store, access, done, done_context);
    json_t *chat;

    if (!heap)
        return;
    chat = replay(heap, create);
    if (!chat && heap->found.fate == CHAT_STORE_OK)
        chat = make(store, create);
    if (chat)
        add(heap, chat);
    end(heap, done, done_context);
}

static void get(void *context, const struct chat_access *access,
                const char *const *ids, size_t count, chat_store_done *done,
                void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);

    if (!heap)
        return;
    for (size_t i = 0; i < count; i++) {
        json_t *chat = find(heap->store, ids[i]);

        if (chat)
            add(heap, chat);
    }
    end(heap, done, done_context);
}

/* A cursor says how many newer ones are before its page. */
static void list(void *context, const struct chat_access *access,
                 const char *cursor, size_t limit, chat_store_done *done,
                 void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);
    int64_t skip = 0, count;
    char next[24], previous[24] = "";

    if (!heap)
        return;
    count = (int64_t)json_array_size(heap->store->chats);
    if (*cursor && !text_int(cursor, 1, count - 1, &skip))
        heap->found.fate = CHAT_STORE_NO_CURSOR;
    for (int64_t i = count - skip; i > 0 && heap->found.count < limit; i--)
        add(heap, json_array_get(heap->store->chats, (size_t)i - 1));
    heap->found.total = (uint64_t)count;
    snprintf(next, sizeof(next), "%zu", (size_t)skip + heap->found.count);
    if (skip > (int64_t)limit)
        snprintf(previous, sizeof(previous), "%zu", (size_t)skip - limit);
    if (skip + (int64_t)heap->found.count < count)
        heap->found.next = next;
    if (skip > 0)
        heap->found.previous = previous;
    end(heap, done, done_context);
}

static bool matches(const json_t *chat, const struct search_query *query)
{
    struct chat_facts facts;
    bool found;

    chat_facts_read(chat, &facts);
    found = search_matches(query, &facts.subject);
    chat_facts_clear(&facts);
    return found;
}

static void search(void *context, const struct chat_access *access,
                   const struct chat_search *search, chat_store_done *done,
                   void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);

    if (!heap)
        return;
    for (size_t i = json_array_size(heap->store->chats); i > 0; i--) {
        json_t *chat = json_array_get(heap->store->chats, i - 1);

        if (!matches(chat, search->query))
            continue;
        if (heap->found.total++ >= search->skip &&
            heap->found.count < search->limit)
            add(heap, chat);
    }
    heap->found.total += heap->store->more;
    end(heap, done, done_context);
}

static void update(void *context, const struct chat_access *access,
                   const char *id, const struct chat_update *update,
                   chat_store_done *done, void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);
    struct chat_complaints complaints = {.count = 0};
    json_t *chat;

    if (!heap)
        return;
    chat = find(heap->store, id);
    if (chat) {
        add(heap, chat);
        if (chat_update_fits(update, heap->facts[0].kind, &complaints)) {
            chat_facts_clear(&heap->facts[0]);
            free(heap->texts[0]);
            heap->found.count = 0;
            chat_update_apply(update, chat, heap->store->now);
            add(heap, chat);
        } else {
            heap->found.fate = CHAT_STORE_REFUSED;
            heap->found.complaints = &complaints;
        }
    }
    end(heap, done, done_context);
}

static void remove_chats(void *context, const struct chat_access *access,
                         const char *const *ids, size_t count,
                         chat_store_done *done, void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);

    if (!heap)
        return;
    for (size_t i = 0; i < count; i++)
        if (json_array_remove(heap->store->chats,
                              index_of(heap->store, ids[i])) == 0)
            heap->found.total++;
    end(heap, done, done_context);
}

/* The first chat in the order of the changes that comes after (at, id). */
static json_t *next_change(const struct memory_chats *store, int64_t at,
                           const char *id)
{
    json_t *chat, *best = NULL;
    int64_t best_at = INT64_MAX;
    const char *best_id = "";
    size_t index;

    json_array_foreach(store->chats, index, chat)
    {
        struct chat_facts facts;
        int64_t second;

        chat_facts_read(chat, &facts);
        second = facts.updated_at / 1000;
        if ((second > at || (second == at && strcmp(facts.id, id) > 0)) &&
            (second < best_at ||
             (second == best_at && strcmp(facts.id, best_id) < 0))) {
            best = chat;
            best_at = second;
            best_id = facts.id;
        }
        chat_facts_clear(&facts);
    }
    return best;
}

static void changes(void *context, const struct chat_access *access,
                    const struct chat_since *since, chat_store_done *done,
                    void *done_context)
{
    struct heap *heap = begin(context, access, done, done_context);
    int64_t at = since->start_time;
    const char *id = since->start_id;

    if (!heap)
        return;
    while (heap->found.count < since->limit) {
        json_t *chat = next_change(heap->store, at, id);

        if (!chat)
            break;
        add(heap, chat);
        at = heap->items[heap->found.count - 1].updated_at / 1000;
        id = heap->items[heap->found.count - 1].id;
    }
    heap->found.end_id = heap->store->end_id;
    heap->found.end_at = heap->store->now / 1000;
    end(heap, done, done_context);
}

const struct chat_store_ops memory_chats_ops = {
    .create = create,
    .get = get,
    .list = list,
    .search = search,
    .update = update,
    .remove = remove_chats,
    .changes = changes,
};

/* Between the Chats API and the store. See shelf.h. */
#include "sandbox/shelf.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "chat/chat_request.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)64 * 1024 * 1024)

void shelf_init(struct shelf *shelf, struct store *store,
                struct state_file *file, int64_t (*now)(void))
{
    *shelf = (struct shelf){.store = store, .file = file, .now = now};
    buf_init(&shelf->text, TEXT_MAX);
}

void shelf_clear(struct shelf *shelf)
{
    buf_clear(&shelf->text);
}

/* The chats of one answer, at most CHAT_IDS_MAX. */
struct bundle {
    struct chat_item items[CHAT_IDS_MAX];
    size_t starts[CHAT_IDS_MAX]; /* of each one's JSON in the shelf's text */
    size_t count;
};

static void bundle_begin(struct shelf *shelf, struct bundle *bundle)
{
    bundle->count = 0;
    buf_reset(&shelf->text);
}

static void bundle_add(struct shelf *shelf, struct bundle *bundle,
                       const struct stored *stored)
{
    const struct chat_document document = {
        .id = stored->id,
        .message = stored->message,
        .rest = stored->rest,
        .rest_len = stored->rest_len,
        .ticket_id = store_ticket(stored, shelf->now()),
    };
    size_t start = shelf->text.len;

    chat_document_write(&document, &shelf->text);
    bundle->starts[bundle->count] = start;
    bundle->items[bundle->count++] = (struct chat_item){
        .id = stored->id, .json_len = shelf->text.len - start};
}

/* The text moves as it grows: only now do the pointers hold. */
static void bundle_end(struct shelf *shelf, struct bundle *bundle,
                       struct chat_found *found)
{
    for (size_t i = 0; i < bundle->count; i++)
        bundle->items[i].json = buf_str(&shelf->text) + bundle->starts[i];
    found->fate = buf_ok(&shelf->text) ? CHAT_STORE_OK : CHAT_STORE_AWAY;
    found->items = bundle->items;
    found->count = bundle->count;
}

static void create(void *context, const struct chat_access *access,
                   const struct chat_create *create, chat_store_done *done,
                   void *done_context)
{
    const struct chat_draft *draft = create->draft;
    struct shelf *shelf = context;
    const struct stored *stored = store_add(shelf->store, draft, shelf->now());
    struct chat_found found = {.total = 1};
    struct error err;
    struct bundle bundle;

    (void)access;
    /* The chat is there all the same, but a restart will not know it. */
    if (shelf->file && !state_file_add(shelf->file, stored, draft, &err))
        log_event(LOG_LEVEL_ERROR, "state_not_written", "error", err.text);
    bundle_begin(shelf, &bundle);
    bundle_add(shelf, &bundle, stored);
    bundle_end(shelf, &bundle, &found);
    done(done_context, &found);
}

static void get(void *context, const struct chat_access *access,
                const char *const *ids, size_t count, chat_store_done *done,
                void *done_context)
{
    struct shelf *shelf = context;
    struct chat_found found = {0};
    struct bundle bundle;

    (void)access;
    bundle_begin(shelf, &bundle);
    for (size_t i = 0; i < count; i++) {
        const struct stored *stored = store_find(shelf->store, ids[i]);

        if (stored)
            bundle_add(shelf, &bundle, stored);
    }
    bundle_end(shelf, &bundle, &found);
    found.total = found.count;
    done(done_context, &found);
}

/* A cursor is the number of chats that are older than its page's newest, and
 * one: pages stay what they were while chats are created. */
static bool read_cursor(const struct shelf *shelf, const char *cursor,
                        size_t *end)
{
    int64_t number = (int64_t)store_count(shelf->store);

    if (*cursor && !text_int(cursor, 1, number, &number))
        return false;
    *end = (size_t)number;
    return true;
}

static void list(void *context, const struct chat_access *access,
                 const char *cursor, size_t limit, chat_store_done *done,
                 void *done_context)
{
    struct shelf *shelf = context;
    size_t count = store_count(shelf->store), end;
    struct chat_found found = {.total = count};
    char next[24], previous[24];
    struct bundle bundle;

    (void)access;
    if (!read_cursor(shelf, cursor, &end)) {
        found.fate = CHAT_STORE_NO_CURSOR;
        done(done_context, &found);
        return;
    }
    bundle_begin(shelf, &bundle);
    for (size_t i = end; i > 0 && bundle.count < limit; i--)
        bundle_add(shelf, &bundle, store_at(shelf->store, i - 1));
    bundle_end(shelf, &bundle, &found);
    snprintf(next, sizeof(next), "%zu", end - bundle.count);
    snprintf(previous, sizeof(previous), "%zu", end + limit);
    if (end > bundle.count)
        found.next = next;
    if (end < count)
        found.previous = end + limit < count ? previous : "";
    done(done_context, &found);
}

static void search(void *context, const struct chat_access *access,
                   const struct chat_search *search, chat_store_done *done,
                   void *done_context)
{
    struct shelf *shelf = context;
    struct store_hits hits;
    struct chat_item items[STORE_HITS_MAX];
    struct chat_found found = {.items = items};

    (void)access;
    store_search(shelf->store, search->query, shelf->now(), search->skip,
                 search->limit, &hits);
    for (size_t i = 0; i < hits.count; i++)
        items[i] = (struct chat_item){
            .id = hits.list[i]->id,
            .type = "offline_msg",
            .text = hits.list[i]->message,
            .at = hits.list[i]->at,
        };
    found.count = hits.count;
    found.total = hits.total;
    done(done_context, &found);
}

const struct chat_store_ops shelf_ops = {
    .create = create,
    .get = get,
    .list = list,
    .search = search,
};

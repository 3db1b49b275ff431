/* Between the Chats API and the store. See shelf.h. */
#include "sandbox/shelf.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/log.h"
#include "base/text.h"
#include "chat/chat_update.h"
#include "sandbox/adopt.h"
#include "sandbox/show.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)512 * 1024 * 1024)
#define REST_MAX ((size_t)4 * 1024 * 1024)

/* Every other number beyond it is lost on readers that take it for a double. */
#define LARGE_TICKET (INT64_C(1) << 53)

void shelf_init(struct shelf *shelf, uint64_t seed)
{
    chance_init(&shelf->for_tickets, seed, 2);
    buf_init(&shelf->text, TEXT_MAX);
    buf_init(&shelf->rest, REST_MAX);
}

void shelf_clear(struct shelf *shelf)
{
    buf_clear(&shelf->text);
    buf_clear(&shelf->rest);
}

static void begin(struct shelf *shelf)
{
    shelf->count = 0;
    buf_reset(&shelf->text);
}

/* Begins the item of that id; its JSON is added to the text after it. */
static struct chat_item *add_item(struct shelf *shelf, const char *id)
{
    struct chat_item *item = &shelf->items[shelf->count];

    *item = (struct chat_item){.id = id};
    shelf->starts[shelf->count++] = shelf->text.len;
    return item;
}

static void add(struct shelf *shelf, const struct stored *stored)
{
    struct chat_item *item = add_item(shelf, stored->id);

    item->updated_at = stored->updated_at;
    show_chat(stored, shelf->manner, shelf->now(), &shelf->text);
}

/* The text moves as it grows: only now do the pointers hold. */
static void end(struct shelf *shelf, struct chat_found *found)
{
    size_t next = shelf->text.len;

    for (size_t i = shelf->count; i-- > 0; next = shelf->starts[i]) {
        shelf->items[i].json = buf_str(&shelf->text) + shelf->starts[i];
        shelf->items[i].json_len = next - shelf->starts[i];
    }
    found->fate = buf_ok(&shelf->text) ? CHAT_STORE_OK : CHAT_STORE_AWAY;
    found->items = shelf->items;
    found->count = shelf->count;
}

/* A chat that is there or gone all the same, but a restart will not know. */
static void log_unwritten(const struct error *err)
{
    log_event(LOG_LEVEL_ERROR, "state_not_written", "error", err->text);
}

static void write_down(struct shelf *shelf, const struct stored *stored)
{
    struct error err;

    if (shelf->file && !state_file_put(shelf->file, stored, &err))
        log_unwritten(&err);
}

void shelf_promise_ticket(struct shelf *shelf, struct arrival *arrival)
{
    if (!chance_falls(&shelf->for_tickets, shelf->manner->no_ticket))
        arrival->ticket_id = store_new_ticket(shelf->store) +
                             (shelf->manner->tickets_large ? LARGE_TICKET : 0);
    arrival->ticket_at = arrival->created_at + shelf->manner->ticket_delay_ms;
}

const struct stored *shelf_put(struct shelf *shelf,
                               const struct arrival *arrival)
{
    const struct stored *stored;

    store_make_digits(shelf->store, shelf->manner->id_number);
    stored = store_add(shelf->store, arrival);
    if (stored)
        write_down(shelf, stored);
    return stored;
}

void shelf_empty(struct shelf *shelf)
{
    struct error err;

    store_empty(shelf->store);
    if (shelf->file && !state_file_empty(shelf->file, &err))
        log_unwritten(&err);
}

/* As it will be shown, but for id and ticket. */
static void write_rest(struct shelf *shelf, const struct chat_draft *draft,
                       int64_t now)
{
    struct buf *rest = &shelf->rest;

    buf_reset(rest);
    buf_text(rest, "\"message\":");
    text_json(rest, draft->message);
    buf_char(rest, ',');
    chat_draft_rest(draft, now, rest);
}

/* What becomes of a draft; its body is a copy where it differs. */
static struct chat_draft as_kept(const struct shelf *shelf,
                                 const struct chat_draft *draft, int64_t now)
{
    struct chat_draft kept = *draft;

    if (shelf->manner->timestamp_now)
        kept.at = now;
    if (!shelf->manner->department_dropped) {
        json_incref(kept.body);
        return kept;
    }
    kept.body = json_copy(draft->body);
    json_object_del(kept.body, "department_id");
    json_object_del(kept.body, "department_name");
    return kept;
}

static const struct stored *keep(struct shelf *shelf,
                                 const struct chat_draft *draft)
{
    int64_t now = shelf->now();
    struct chat_draft kept = as_kept(shelf, draft, now);
    struct chat_facts facts;
    struct arrival arrival = {
        .facts = &facts, .created_at = now, .updated_at = now};
    const struct stored *stored;

    write_rest(shelf, &kept, now);
    chat_facts_read(kept.body, &facts);
    facts.subject.at = kept.at;
    facts.subject.end_at = kept.end_at;
    arrival.rest = buf_str(&shelf->rest);
    arrival.rest_len = shelf->rest.len;
    shelf_promise_ticket(shelf, &arrival);
    stored = shelf_put(shelf, &arrival);
    chat_facts_clear(&facts);
    json_decref(kept.body);
    return stored;
}

static void create(void *context, const struct chat_access *access,
                   const struct chat_create *create, chat_store_done *done,
                   void *done_context)
{
    struct shelf *shelf = context;
    struct chat_found found = {.total = 1};

    (void)access;
    begin(shelf);
    add(shelf, keep(shelf, create->draft));
    end(shelf, &found);
    done(done_context, &found);
}

static void get(void *context, const struct chat_access *access,
                const char *const *ids, size_t count, chat_store_done *done,
                void *done_context)
{
    struct shelf *shelf = context;
    bool null = shelf->manner->absent_null && shelf->call == CHAT_CALL_IDS;
    struct chat_found found = {0};

    (void)access;
    begin(shelf);
    for (size_t i = 0; i < count; i++) {
        const struct stored *stored = store_find(shelf->store, ids[i]);

        if (stored)
            add(shelf, stored);
        else if (null && add_item(shelf, ids[i]))
            buf_text(&shelf->text, "null");
    }
    end(shelf, &found);
    found.total = found.count;
    done(done_context, &found);
}

/* A cursor is the place behind its page's newest chat: pages stay what they
 * were while chats are created. */
static bool read_cursor(const struct shelf *shelf, const char *cursor,
                        size_t *behind)
{
    int64_t place = (int64_t)store_end(shelf->store);

    if (*cursor && !text_int(cursor, 1, place, &place))
        return false;
    *behind = (size_t)place;
    return true;
}

struct cursors {
    char next[24], previous[24];
};

/* Where the page of newer chats begins, whose last is at place or behind. */
static void find_previous(const struct shelf *shelf, size_t place, size_t limit,
                          struct cursors *cursors, struct chat_found *found)
{
    const struct store *store = shelf->store;
    size_t last = store_end(store);

    for (place = store_from(store, place); place < last && limit--;
         place = store_from(store, place + 1))
        snprintf(cursors->previous, sizeof(cursors->previous), "%zu",
                 place + 1);
    if (*cursors->previous)
        found->previous = place < last ? cursors->previous : "";
}

static void list(void *context, const struct chat_access *access,
                 const char *cursor, size_t limit, chat_store_done *done,
                 void *done_context)
{
    struct shelf *shelf = context;
    const struct store *store = shelf->store;
    struct chat_found found = {.total = store_count(store)};
    struct cursors cursors = {.next = ""};
    size_t behind, place;

    (void)access;
    if (!read_cursor(shelf, cursor, &behind)) {
        found.fate = CHAT_STORE_NO_CURSOR;
        done(done_context, &found);
        return;
    }
    begin(shelf);
    place = store_before(store, behind);
    for (; place < store_end(store) && shelf->count < limit;
         place = store_before(store, place))
        add(shelf, store_at(store, place));
    end(shelf, &found);
    if (place < store_end(store)) {
        snprintf(cursors.next, sizeof(cursors.next), "%zu", place + 1);
        found.next = cursors.next;
    }
    find_previous(shelf, behind, limit, &cursors, &found);
    done(done_context, &found);
}

static void search(void *context, const struct chat_access *access,
                   const struct chat_search *search, chat_store_done *done,
                   void *done_context)
{
    struct shelf *shelf = context;
    const struct store_look look = {
        .query = search->query,
        .created_before = shelf->now() - shelf->manner->search_lag_ms,
        .skip = search->skip,
        .limit = search->limit,
    };
    struct store_hits hits;
    struct chat_found found = {0};

    (void)access;
    store_search(shelf->store, &look, &hits);
    begin(shelf);
    for (size_t i = 0; i < hits.count; i++) {
        struct chat_item *item = add_item(shelf, hits.list[i]->id);

        item->type = hits.list[i]->subject.type;
        item->text = hits.list[i]->preview;
        item->at = hits.list[i]->subject.at;
    }
    end(shelf, &found);
    found.total = hits.total;
    done(done_context, &found);
}

static bool change(struct shelf *shelf, const struct stored *stored,
                   json_t *chat)
{
    struct adopted adopted;
    struct arrival arrival = {
        .facts = &adopted.facts,
        .created_at = stored->created_at,
        .updated_at = shelf->now(),
        .ticket_id = stored->ticket_id,
        .ticket_at = stored->ticket_at,
    };
    struct error err;

    if (!adopted_init(&adopted, chat, &err))
        return false;
    arrival.rest = buf_str(&adopted.rest);
    arrival.rest_len = adopted.rest.len;
    store_change(shelf->store, stored, &arrival);
    write_down(shelf, stored);
    adopted_clear(&adopted);
    return true;
}

static void update(void *context, const struct chat_access *access,
                   const char *id, const struct chat_update *update,
                   chat_store_done *done, void *done_context)
{
    struct shelf *shelf = context;
    const struct stored *stored = store_find(shelf->store, id);
    struct chat_complaints complaints = {0};
    struct chat_found found = {.total = stored ? 1 : 0};
    json_t *chat;

    (void)access;
    if (stored && !chat_update_fits(update, stored->kind, &complaints)) {
        found.fate = CHAT_STORE_REFUSED;
        found.complaints = &complaints;
        done(done_context, &found);
        return;
    }
    begin(shelf);
    if (stored) {
        chat = adopt_back(stored);
        chat_update_apply(update, chat, shelf->now());
        if (change(shelf, stored, chat))
            add(shelf, stored);
        json_decref(chat);
    }
    end(shelf, &found);
    done(done_context, &found);
}

static void remove_chats(void *context, const struct chat_access *access,
                         const char *const *ids, size_t count,
                         chat_store_done *done, void *done_context)
{
    struct shelf *shelf = context;
    struct chat_found found = {0};
    struct error err;

    (void)access;
    for (size_t i = 0; i < count; i++) {
        const struct stored *stored = store_find(shelf->store, ids[i]);

        if (!stored)
            continue;
        store_remove(shelf->store, stored);
        found.total++;
        if (shelf->file && !state_file_remove(shelf->file, ids[i], &err))
            log_unwritten(&err);
    }
    done(done_context, &found);
}

static void changes(void *context, const struct chat_access *access,
                    const struct chat_since *since, chat_store_done *done,
                    void *done_context)
{
    const struct stored *list[CHAT_API_CHANGES];
    struct shelf *shelf = context;
    struct chat_found found = {0};
    const struct store_since question = {
        .start = since->start_time,
        .start_id = since->start_id,
        .before = shelf->now() / 1000 * 1000,
        .limit =
            since->limit < CHAT_API_CHANGES ? since->limit : CHAT_API_CHANGES,
    };
    size_t count = store_changes(shelf->store, &question, list);

    (void)access;
    begin(shelf);
    for (size_t i = 0; i < count; i++)
        add(shelf, list[i]);
    end(shelf, &found);
    found.total = found.count;
    done(done_context, &found);
}

const struct chat_store_ops shelf_ops = {
    .create = create,
    .get = get,
    .list = list,
    .search = search,
    .update = update,
    .remove = remove_chats,
    .changes = changes,
};

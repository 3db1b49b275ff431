/* Chats come, change and go. See store.h, and store_parts.h for the parts. */
#include "sandbox/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sandbox/store_parts.h"
#include "sandbox/stored.h"

#include "base/banned.h"

#define FIRST_TICKET 1001
/* Numbers from here on are somebody else's: it is not counted on from them. */
#define LAST_COUNTED_TICKET INT64_C(1000000000000)

static const char *id_of(void *owner, uint32_t number)
{
    return store_at(owner, number)->id;
}

static const char *session_of(void *owner, uint32_t number)
{
    return store_at(owner, number)->session_id;
}

static const char *text_or_none(const char *text)
{
    return text ? text : "";
}

static const char *email_of(void *owner, uint32_t number)
{
    return text_or_none(store_at(owner, number)->subject.visitor_email);
}

struct store *store_new(uint64_t seed)
{
    struct store *store = NEW(struct store);

    store->next_ticket = FIRST_TICKET;
    index_init(&store->by_id, id_of, store);
    index_init(&store->by_session, session_of, store);
    index_init(&store->by_email, email_of, store);
    store->by_email.nocase = true;
    ids_init(&store->ids, seed);
    return store;
}

void store_empty(struct store *store)
{
    index_clear(&store->by_id);
    index_clear(&store->by_session);
    index_clear(&store->by_email);
    changes_clear(&store->changes);
    for (size_t i = 0; i < store->end; i++)
        free(store_at(store, i)->memory);
    for (size_t i = 0; i < store_blocks(store); i++)
        free(store->blocks[i]);
    free(store->blocks);
    store->blocks = NULL;
    store->end = store->count = store->duplicates = 0;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    store_empty(store);
    free(store);
}

void store_make_digits(struct store *store, bool digits)
{
    store->ids.digits = digits;
}

int64_t store_new_ticket(struct store *store)
{
    return store->next_ticket++;
}

size_t store_count(const struct store *store)
{
    return store->count;
}

size_t store_end(const struct store *store)
{
    return store->end;
}

static struct block *block_of(const struct store *store, size_t place)
{
    return store->blocks[place / BLOCK_CHATS];
}

static struct stored *at(const struct store *store, size_t place)
{
    return &block_of(store, place)->chats[place % BLOCK_CHATS];
}

const struct stored *store_at(const struct store *store, size_t place)
{
    return at(store, place);
}

size_t store_before(const struct store *store, size_t place)
{
    while (place > 0) {
        place--;
        if (block_of(store, place)->live == 0)
            place -= place % BLOCK_CHATS;
        else if (!at(store, place)->gone)
            return place;
    }
    return store->end;
}

size_t store_from(const struct store *store, size_t place)
{
    while (place < store->end) {
        if (block_of(store, place)->live == 0)
            place += BLOCK_CHATS - place % BLOCK_CHATS;
        else if (at(store, place)->gone)
            place++;
        else
            return place;
    }
    return store->end;
}

const struct stored *store_find(const struct store *store, const char *id)
{
    uint32_t number = index_find(&store->by_id, id);
    const struct stored *stored =
        number == INDEX_NONE ? NULL : store_at(store, number);

    return stored && !stored->gone ? stored : NULL;
}

int64_t store_ticket(const struct stored *stored, int64_t now)
{
    return now >= stored->ticket_at ? stored->ticket_id : 0;
}

size_t store_sessions(const struct store *store)
{
    return store->by_session.count;
}

size_t store_duplicates(const struct store *store)
{
    return store->duplicates;
}

/* The next free place, in a new block if need be. */
static struct stored *add_place(struct store *store, int64_t when)
{
    size_t number = store->end++;
    struct block *block;

    if (number % BLOCK_CHATS == 0) {
        store->blocks = alloc_resize(store->blocks, number / BLOCK_CHATS + 1,
                                     sizeof(*store->blocks));
        block = NEW(struct block);
        block->first_at = block->last_at = when;
        store->blocks[number / BLOCK_CHATS] = block;
    }
    block = block_of(store, number);
    if (when < block->first_at)
        block->first_at = when;
    if (when > block->last_at)
        block->last_at = when;
    block->live++;
    store->count++;
    return at(store, number);
}

/* Chats of one email know their neighbours, in the order of their places. */
static void link_email(struct store *store, uint32_t number)
{
    struct stored *stored = at(store, number);
    const char *email = email_of(store, number);
    uint32_t newer = INDEX_NONE, older = index_find(&store->by_email, email);

    while (older != INDEX_NONE && older > number) {
        newer = older;
        older = at(store, older)->older;
    }
    stored->older = older;
    stored->newer = newer;
    if (older != INDEX_NONE)
        at(store, older)->newer = number;
    if (newer != INDEX_NONE)
        at(store, newer)->older = number;
    else
        index_set(&store->by_email, email, number);
}

static void unlink_email(struct store *store, uint32_t number)
{
    const struct stored *stored = at(store, number);

    if (stored->older != INDEX_NONE)
        at(store, stored->older)->newer = stored->newer;
    if (stored->newer != INDEX_NONE)
        at(store, stored->newer)->older = stored->older;
    else if (stored->older != INDEX_NONE)
        index_set(&store->by_email, email_of(store, number), stored->older);
    else
        index_remove(&store->by_email, email_of(store, number));
}

static bool stands(const void *owner, const struct change *change)
{
    const struct stored *stored = store_at(owner, change->number);

    return !stored->gone && stored->version == change->version;
}

static void note_change(struct store *store, uint32_t number)
{
    struct stored *stored = at(store, number);
    const struct change change = {.at = stored->updated_at,
                                  .number = number,
                                  .version = ++stored->version};

    if (store->changes.count > 2 * store->count + BLOCK_CHATS)
        changes_sift(&store->changes, stands, store);
    changes_add(&store->changes, &change);
}

static const char *choose_id(struct store *store, const struct arrival *arrival,
                             char made[CHAT_ID_MAX + 1])
{
    if (arrival->id && *arrival->id)
        return arrival->id;
    do
        ids_make(&store->ids, arrival->created_at, made);
    while (index_find(&store->by_id, made) != INDEX_NONE);
    return made;
}

const struct stored *store_add(struct store *store,
                               const struct arrival *arrival)
{
    char made[CHAT_ID_MAX + 1];
    const char *id = choose_id(store, arrival, made);
    uint32_t number = (uint32_t)store->end;
    struct stored *stored;

    if (store_find(store, id))
        return NULL;
    stored = add_place(store, arrival->facts->subject.at);
    stored_lay(stored, id, arrival);
    if (arrival->ticket_id >= store->next_ticket &&
        arrival->ticket_id < LAST_COUNTED_TICKET)
        store->next_ticket = arrival->ticket_id + 1;
    index_set(&store->by_id, stored->id, number);
    link_email(store, number);
    if (*stored->session_id &&
        index_set(&store->by_session, stored->session_id, number) != INDEX_NONE)
        store->duplicates++;
    note_change(store, number);
    return stored;
}

void store_change(struct store *store, const struct stored *stored,
                  const struct arrival *arrival)
{
    uint32_t number = index_find(&store->by_id, stored->id);
    struct stored *place = at(store, number);
    void *before = place->memory;

    unlink_email(store, number);
    stored_lay(place, stored->id, arrival);
    free(before);
    link_email(store, number);
    note_change(store, number);
}

void store_remove(struct store *store, const struct stored *stored)
{
    uint32_t number = index_find(&store->by_id, stored->id);
    struct stored *place = at(store, number);

    unlink_email(store, number);
    stored_shrink(place);
    place->gone = true;
    store->count--;
    block_of(store, number)->live--;
}

/* Behind the last change of start_id within that second: it was told of there,
 * though it may have changed again since then. */
static size_t skip_seen(const struct store *store, size_t place, int64_t start,
                        const char *start_id)
{
    uint32_t number = index_find(&store->by_id, start_id);
    const struct changes *changes = &store->changes;
    size_t end = changes_from(changes, (start + 1) * 1000);

    if (number == INDEX_NONE)
        return place;
    for (size_t i = end; i-- > place;)
        if (changes->list[i].number == number)
            return i + 1;
    return place;
}

size_t store_changes(const struct store *store, const struct store_since *since,
                     const struct stored **list)
{
    const struct changes *changes = &store->changes;
    size_t place = changes_from(changes, since->start * 1000), count = 0;
    size_t end = changes_from(changes, since->before);

    place = skip_seen(store, place, since->start, since->start_id);
    for (; place < end && count < since->limit; place++)
        if (stands(store, &changes->list[place]))
            list[count++] = store_at(store, changes->list[place].number);
    return count;
}

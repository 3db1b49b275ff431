/*
 * Chats lie in blocks in the order of their creation; each block knows the
 * span of its timestamps, so that a search for a short range skips most of
 * them. See store.h.
 */
#include "sandbox/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "chat/chat_reader.h"
#include "chat/search_match.h"
#include "sandbox/chance.h"
#include "sandbox/index.h"

#include "base/banned.h"

#define BLOCK_CHATS  1024
#define FIRST_TICKET 1001
#define REST_MAX     ((size_t)4 * 1024 * 1024)

struct block {
    int64_t first_at, last_at; /* span of the timestamps in it */
    struct stored chats[BLOCK_CHATS];
};

struct store {
    struct store_options options;
    struct block **blocks; /* owned, each too */
    size_t count;
    struct index by_id, by_session;
    struct index by_email; /* the newest of each */
    size_t duplicates;
    int64_t next_ticket;
    unsigned agent; /* the middle part of all ids of this run */
    struct chance for_ids, for_tickets;
};

static const char *id_of(void *owner, uint32_t number)
{
    return store_at(owner, number)->id;
}

static const char *session_of(void *owner, uint32_t number)
{
    return store_at(owner, number)->session_id;
}

static const char *email_of(void *owner, uint32_t number)
{
    return store_at(owner, number)->email;
}

struct store *store_new(const struct store_options *options)
{
    struct store *store = NEW(struct store);

    store->options = *options;
    store->next_ticket = FIRST_TICKET;
    index_init(&store->by_id, id_of, store);
    index_init(&store->by_session, session_of, store);
    index_init(&store->by_email, email_of, store);
    store->by_email.nocase = true;
    chance_init(&store->for_ids, options->seed, 1);
    chance_init(&store->for_tickets, options->seed, 2);
    store->agent =
        (unsigned)(10000000 + chance_next(&store->for_ids) % 90000000);
    return store;
}

static size_t block_count(const struct store *store)
{
    return (store->count + BLOCK_CHATS - 1) / BLOCK_CHATS;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->count; i++)
        free(store_at(store, i)->texts);
    for (size_t i = 0; i < block_count(store); i++)
        free(store->blocks[i]);
    free(store->blocks);
    index_clear(&store->by_id);
    index_clear(&store->by_session);
    index_clear(&store->by_email);
    free(store);
}

size_t store_count(const struct store *store)
{
    return store->count;
}

const struct stored *store_at(const struct store *store, size_t number)
{
    return &store->blocks[number / BLOCK_CHATS]->chats[number % BLOCK_CHATS];
}

const struct stored *store_find(const struct store *store, const char *id)
{
    uint32_t number = index_find(&store->by_id, id);

    return number == INDEX_NONE ? NULL : store_at(store, number);
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

static void base62(char *text, size_t len, uint64_t number)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz";

    while (len--) {
        text[len] = digits[number % 62];
        number /= 62;
    }
}

/* Like 2104.10414779.SW4WsbJTqVJsF: the last part begins with the time in ms
 * and ends by chance. */
static void make_id(struct store *store, int64_t now, char id[CHAT_ID_MAX + 1])
{
    char last[14] = {0};

    do {
        base62(last, 7, (uint64_t)now);
        base62(last + 7, 6, chance_next(&store->for_ids));
        snprintf(id, CHAT_ID_MAX + 1, "2104.%u.%s", store->agent, last);
    } while (index_find(&store->by_id, id) != INDEX_NONE);
}

/* The next free place, in a new block if need be. */
static struct stored *add_place(struct store *store, int64_t at)
{
    size_t number = store->count;
    struct block *block;

    if (number % BLOCK_CHATS == 0) {
        store->blocks = alloc_resize(store->blocks, number / BLOCK_CHATS + 1,
                                     sizeof(*store->blocks));
        block = NEW(struct block);
        block->first_at = block->last_at = at;
        store->blocks[number / BLOCK_CHATS] = block;
    }
    block = store->blocks[number / BLOCK_CHATS];
    if (at < block->first_at)
        block->first_at = at;
    if (at > block->last_at)
        block->last_at = at;
    return &block->chats[number % BLOCK_CHATS];
}

/* Copies text to *at and moves on past it. */
static const char *lay(char **at, const char *text, size_t len)
{
    char *copy = *at;

    memcpy(copy, text, len);
    copy[len] = '\0';
    *at += len + 1;
    return copy;
}

static const char *lay_text(char **at, const char *text)
{
    return lay(at, text, strlen(text));
}

static void lay_texts(struct stored *stored, const char *id,
                      const struct chat_draft *draft)
{
    struct buf rest;
    char *at;

    buf_init(&rest, REST_MAX);
    chat_draft_rest(draft, stored->created_at, &rest);
    stored->texts = alloc_zero(strlen(id) + strlen(draft->session_id) +
                                   strlen(draft->name) + strlen(draft->email) +
                                   strlen(draft->message) + rest.len + 6,
                               1);
    at = stored->texts;
    stored->id = lay_text(&at, id);
    stored->session_id = lay_text(&at, draft->session_id);
    stored->name = lay_text(&at, draft->name);
    stored->email = lay_text(&at, draft->email);
    stored->message = lay_text(&at, draft->message);
    stored->rest = lay(&at, buf_str(&rest), rest.len);
    stored->rest_len = rest.len;
    buf_clear(&rest);
}

static const struct stored *keep(struct store *store,
                                 const struct chat_draft *draft,
                                 const struct stored *facts)
{
    struct stored *stored = add_place(store, draft->at);
    uint32_t number = (uint32_t)store->count;

    *stored = *facts;
    stored->at = draft->at;
    stored->end_at = draft->end_at;
    lay_texts(stored, facts->id, draft);
    store->count++;
    index_set(&store->by_id, stored->id, number);
    stored->older = index_set(&store->by_email, stored->email, number);
    if (*stored->session_id &&
        index_set(&store->by_session, stored->session_id, number) != INDEX_NONE)
        store->duplicates++;
    return stored;
}

const struct stored *store_add(struct store *store,
                               const struct chat_draft *draft, int64_t now)
{
    char id[CHAT_ID_MAX + 1];
    struct stored facts = {.id = id, .created_at = now};

    make_id(store, now, id);
    if (!chance_falls(&store->for_tickets, store->options.no_ticket))
        facts.ticket_id = store->next_ticket++;
    facts.ticket_at = now + store->options.ticket_delay_ms;
    return keep(store, draft, &facts);
}

bool store_restore(struct store *store, const struct chat_draft *draft,
                   const struct stored *facts)
{
    if (store_find(store, facts->id))
        return false;
    if (facts->ticket_id >= store->next_ticket)
        store->next_ticket = facts->ticket_id + 1;
    keep(store, draft, facts);
    return true;
}

/* What a search is on its way to find. */
struct look {
    const struct search_query *query;
    int64_t from, to;       /* nothing outside this span matches */
    int64_t created_before; /* later ones are not found yet */
    size_t skip, limit;
    struct store_hits *hits;
};

static bool matches(const struct look *look, const struct stored *stored)
{
    const char *const texts[] = {stored->message, NULL};
    const struct search_subject subject = {
        .type = "offline_msg",
        .visitor_name = stored->name,
        .visitor_email = stored->email,
        .texts = texts,
        .at = stored->at,
        .end_at = stored->end_at,
    };

    return stored->created_at <= look->created_before &&
           stored->at >= look->from && stored->at <= look->to &&
           search_matches(look->query, &subject);
}

static void look_at(struct look *look, const struct stored *stored)
{
    struct store_hits *hits = look->hits;

    if (!matches(look, stored))
        return;
    if (hits->total++ >= look->skip && hits->count < look->limit)
        hits->list[hits->count++] = stored;
}

static void look_into(struct look *look, const struct block *block,
                      size_t count)
{
    if (block->last_at < look->from || block->first_at > look->to)
        return;
    while (count--)
        look_at(look, &block->chats[count]);
}

static void look_everywhere(const struct store *store, struct look *look)
{
    size_t end = store->count;

    for (size_t i = block_count(store); i--; end = i * BLOCK_CHATS)
        look_into(look, store->blocks[i], end - i * BLOCK_CHATS);
}

/* Only those chats can match that have the email which the query names. */
static void look_along(const struct store *store, const char *email,
                       struct look *look)
{
    uint32_t number = index_find(&store->by_email, email);

    while (number != INDEX_NONE) {
        const struct stored *stored = store_at(store, number);

        look_at(look, stored);
        number = stored->older;
    }
}

static const char *email_in(const struct search_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->terms[i].field == SEARCH_VISITOR_EMAIL)
            return query->terms[i].words;
    return NULL;
}

void store_search(const struct store *store, const struct search_query *query,
                  int64_t now, size_t skip, size_t limit,
                  struct store_hits *hits)
{
    struct look look = {
        .query = query,
        .created_before = now - store->options.search_lag_ms,
        .skip = skip,
        .limit = limit < STORE_HITS_MAX ? limit : STORE_HITS_MAX,
        .hits = hits,
    };
    const char *email = email_in(query);

    hits->count = 0;
    hits->total = 0;
    search_query_span(query, &look.from, &look.to);
    if (email)
        look_along(store, email, &look);
    else
        look_everywhere(store, &look);
}

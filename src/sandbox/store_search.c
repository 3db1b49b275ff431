/* Searches over the store. See store.h. */
#include "sandbox/store.h"

#include "chat/search_match.h"
#include "sandbox/store_parts.h"

#include "base/banned.h"

/* What a search is on its way to find. */
struct walk {
    const struct store_look *look;
    int64_t from, to; /* nothing outside this span matches */
    struct store_hits *hits;
};

static bool matches(const struct walk *walk, const struct stored *stored)
{
    return !stored->gone && stored->created_at <= walk->look->created_before &&
           stored->subject.at >= walk->from && stored->subject.at <= walk->to &&
           search_matches(walk->look->query, &stored->subject);
}

static void look_at(struct walk *walk, const struct stored *stored)
{
    struct store_hits *hits = walk->hits;

    if (!matches(walk, stored))
        return;
    if (hits->total++ >= walk->look->skip && hits->count < walk->look->limit &&
        hits->count < STORE_HITS_MAX)
        hits->list[hits->count++] = stored;
}

static void look_into(struct walk *walk, const struct block *block,
                      size_t count)
{
    if (block->live == 0 || block->last_at < walk->from ||
        block->first_at > walk->to)
        return;
    while (count--)
        look_at(walk, &block->chats[count]);
}

static void look_everywhere(const struct store *store, struct walk *walk)
{
    size_t end = store->end;

    for (size_t i = store_blocks(store); i--; end = i * BLOCK_CHATS)
        look_into(walk, store->blocks[i], end - i * BLOCK_CHATS);
}

/* Only those chats can match that have the email which the query names. */
static void look_along(const struct store *store, const char *email,
                       struct walk *walk)
{
    uint32_t number = index_find(&store->by_email, email);

    while (number != INDEX_NONE) {
        const struct stored *stored = store_at(store, number);

        look_at(walk, stored);
        number = stored->older;
    }
}

static const char *email_in(const struct search_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->terms[i].field == SEARCH_VISITOR_EMAIL &&
            !query->terms[i].any)
            return query->terms[i].words;
    return NULL;
}

void store_search(const struct store *store, const struct store_look *look,
                  struct store_hits *hits)
{
    struct walk walk = {.look = look, .hits = hits};
    const char *email = email_in(look->query);

    hits->count = 0;
    hits->total = 0;
    search_query_span(look->query, &walk.from, &walk.to);
    if (email)
        look_along(store, email, &walk);
    else
        look_everywhere(store, &walk);
}

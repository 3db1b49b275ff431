/*
 * Search: a scan through the time it may be of, a slice at a time. What matches
 * is remembered by its time and id only, the newest of it, and the page that is
 * wanted is read when all is known.
 */
#include "relay_chats/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "chat/chat_property.h"
#include "chat/chat_skim.h"
#include "chat/search_match.h"
#include "chat/search_query.h"

#include "base/banned.h"

struct searching {
    struct job job;
    struct search_query query; /* owned */
    size_t skip, limit;
    int64_t give_up_at; /* boot clock */
    bool gave_up;
    struct chat_skim skim;
    struct held_spot *newest; /* owned; more than are needed, unordered */
    size_t count, size;
    uint64_t total;
};

static void end(struct searching *job, const struct chat_found *found)
{
    search_query_clear(&job->query);
    chat_skim_clear(&job->skim);
    free(job->newest);
    job->job.chats->searches--;
    job_end(&job->job, found);
}

static void fail(struct searching *job, enum chat_store_fate fate)
{
    end(job, &(struct chat_found){.fate = fate});
}

static int newest_first(const void *a, const void *b)
{
    const struct held_spot *one = a, *other = b;

    if (one->at != other->at)
        return one->at > other->at ? -1 : 1;
    return strcmp(other->id, one->id);
}

/* Only the newest ones can be on the page that is wanted. */
static void forget_old(struct searching *job)
{
    size_t needed = job->skip + job->limit;

    if (job->count)
        qsort(job->newest, job->count, sizeof(*job->newest), newest_first);
    if (job->count > needed)
        job->count = needed;
}

static void remember(struct searching *job, const char *id, int64_t at)
{
    struct held_spot *spot;

    job->total++;
    if (job->count == job->size)
        forget_old(job);
    spot = &job->newest[job->count++];
    spot->at = at;
    snprintf(spot->id, sizeof(spot->id), "%s", id);
}

static void look_at(struct searching *job, const struct held *held)
{
    struct chat_facts facts;

    if (!held->body ||
        !chat_skim_read(&job->skim, held->body, held->body_len, &facts)) {
        facts = (struct chat_facts){.at = held->at};
        facts.subject.at = facts.subject.end_at = held->at;
    }
    if (facts.at == SEARCH_NEVER)
        facts.at = facts.subject.at = held->at;
    facts.subject.type = chat_kind_name(CHAT_KIND_OFFLINE_MSG);
    if (search_matches(&job->query, &facts.subject))
        remember(job, held->id, facts.at);
}

static bool sift(void *context, const struct held *list, size_t count)
{
    struct searching *job = context;

    for (size_t i = 0; i < count; i++)
        look_at(job, &list[i]);
    job->gave_up = clock_boot_ms() >= job->give_up_at;
    return !job->gave_up;
}

static const struct held *find(const struct held *list, size_t count,
                               const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].id, id) == 0)
            return &list[i];
    return NULL;
}

static void read_page(void *context, const struct held *list, size_t count,
                      const struct error *err)
{
    struct searching *job = context;
    struct chat_found found = {.total = job->total};
    struct sheet sheet;

    if (err) {
        fail(job, job_fate(err));
        return;
    }
    sheet_begin(&sheet);
    for (size_t i = job->skip; i < job->count; i++) {
        const struct held *held = find(list, count, job->newest[i].id);

        if (held)
            sheet_add_result(&sheet, held);
    }
    if (!sheet_end(&sheet))
        found.fate = CHAT_STORE_LARGE;
    found.items = sheet.items;
    found.count = sheet.count;
    end(job, &found);
    sheet_clear(&sheet);
}

static void scanned(void *context, const struct error *err)
{
    struct searching *job = context;
    const char *ids[CHAT_API_PAGE];
    size_t count = 0;

    if (err || job->gave_up) {
        fail(job, err ? job_fate(err) : CHAT_STORE_NARROW);
        return;
    }
    forget_old(job);
    for (size_t i = job->skip; i < job->count && count < CHAT_API_PAGE; i++)
        ids[count++] = job->newest[i].id;
    queue_held_find(job->job.chats->reception.queue, job->job.form->destination,
                    ids, count, read_page, job);
}

/* Whether any message can match at all: none has an agent or a rating. */
static bool can_match(const struct search_query *query)
{
    const char *type = chat_kind_name(CHAT_KIND_OFFLINE_MSG);

    for (size_t i = 0; i < query->count; i++) {
        const struct search_term *term = &query->terms[i];

        if (term->field == SEARCH_AGENT_NAMES || term->field == SEARCH_RATING)
            return false;
        if (term->field == SEARCH_TYPE && !term->any &&
            !text_equal_nocase(term->words, type))
            return false;
    }
    return true;
}

/* The address that is asked for: what else is asked, those few are asked. */
static const char *email_of(const struct search_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->terms[i].field == SEARCH_VISITOR_EMAIL &&
            !query->terms[i].any)
            return query->terms[i].words;
    return NULL;
}

static void copy_query(const struct search_query *from, struct search_query *to)
{
    to->terms = NEW_ARRAY(from->count + 1, struct search_term);
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        to->terms[i] = from->terms[i];
        to->terms[i].words = alloc_text(from->terms[i].words);
    }
}

static void begin(struct searching *job, const struct chat_search *search)
{
    size_t needed = search->skip + search->limit;

    copy_query(search->query, &job->query);
    job->skip = search->skip;
    job->limit = search->limit;
    job->size = 2 * needed;
    job->newest = NEW_ARRAY(job->size, struct held_spot);
    job->give_up_at =
        clock_boot_ms() + job->job.settings->api.search_timeout_ms;
}

void relay_search(void *store, const struct chat_access *access,
                  const struct chat_search *search, chat_store_done *done,
                  void *context)
{
    struct relay_chats *chats = store;
    struct searching *job = NEW(struct searching);
    struct held_scan scan = {.email = email_of(search->query)};

    job_begin(&job->job, chats, access, done, context);
    chats->searches++;
    search_query_span(search->query, &scan.from, &scan.to);
    if (chats->searches > SEARCHES_MAX) {
        fail(job, CHAT_STORE_BUSY);
        return;
    }
    if (scan.from > scan.to || !can_match(search->query)) {
        fail(job, CHAT_STORE_OK);
        return;
    }
    begin(job, search);
    scan.destination = job->job.form->destination;
    queue_held_scan(chats->reception.queue, &scan, sift, scanned, job);
}

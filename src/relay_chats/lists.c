/*
 * List, ids, show and the changes. A cursor is the way to go and the spot to go
 * on from, so pages stay what they are while messages come and go.
 */
#include "relay_chats/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/text.h"

#include "base/banned.h"

#define OLDER 'o' /* begins the cursor of a page of older ones */
#define NEWER 'n'

#define CURSOR_SIZE (ID_SIZE + 32)

struct showing {
    struct job job;
    size_t wanted;
};

/* What is missing may be in a journal still: it was promised, so it is not
 * said to be unknown. */
static void shown(void *context, const struct held *list, size_t count,
                  const struct error *err)
{
    struct showing *job = context;

    if (err)
        job_fail(&job->job, job_fate(err));
    else if (count < job->wanted &&
             !journal_empty(job->job.chats->reception.journal))
        job_fail(&job->job, CHAT_STORE_AWAY);
    else
        job_show(&job->job, list, count);
}

void relay_get(void *store, const struct chat_access *access,
               const char *const *ids, size_t count, chat_store_done *done,
               void *context)
{
    struct relay_chats *chats = store;
    struct showing *job = NEW(struct showing);

    job_begin(&job->job, chats, access, done, context);
    job->wanted = count;
    queue_held_find(chats->reception.queue, job->job.form->destination, ids,
                    count, shown, job);
}

struct exporting {
    struct job job;
    bool (*take)(void *context, const struct chat_item *item);
    bool full;
};

static bool tell_slice(void *context, const struct held *list, size_t count)
{
    struct exporting *job = context;
    struct sheet sheet;

    sheet_begin(&sheet);
    for (size_t i = 0; i < count; i++)
        sheet_add_chat(&sheet, &list[i]);
    job->full = !sheet_end(&sheet);
    for (size_t i = 0; i < sheet.count && !job->full; i++)
        job->full = !job->take(job->job.context, &sheet.items[i]);
    sheet_clear(&sheet);
    return !job->full;
}

static void told(void *context, const struct held_spot *end,
                 const struct error *err)
{
    struct exporting *job = context;
    struct chat_found found = {.fate = CHAT_STORE_OK};

    if (err) {
        found.fate = job_fate(err);
    } else if (job->full) {
        found.fate = CHAT_STORE_LARGE;
    } else {
        found.end_at = end->at;
        found.end_id = end->id;
    }
    job->job.chats->exports--;
    job_end(&job->job, &found);
}

void relay_changes(void *store, const struct chat_access *access,
                   const struct chat_since *since, chat_store_done *done,
                   void *context)
{
    struct relay_chats *chats = store;
    struct exporting *job = NEW(struct exporting);
    struct held_since what = {
        .second = since->start_time,
        .id = since->start_id,
        .limit = since->limit,
    };

    job_begin(&job->job, chats, access, done, context);
    if (chats->exports == EXPORTS_MAX) {
        job_fail(&job->job, CHAT_STORE_BUSY);
        return;
    }
    chats->exports++;
    job->take = since->take;
    what.destination = job->job.form->destination;
    queue_held_changes(chats->reception.queue, &what, tell_slice, told, job);
}

struct paging {
    struct job job;
    bool newer, first; /* first: the newest page, from no spot */
    struct held_spot from;
    size_t limit;
};

static void write_cursor(char way, const struct held_spot *spot,
                         char cursor[CURSOR_SIZE])
{
    snprintf(cursor, CURSOR_SIZE, "%c.%" PRId64 ".%s", way, spot->at, spot->id);
}

static bool read_cursor(const char *cursor, struct paging *job)
{
    char time[24];
    size_t len;

    job->first = !*cursor;
    if (job->first)
        return true;
    job->newer = *cursor == NEWER;
    if ((*cursor != OLDER && *cursor != NEWER) || cursor[1] != '.')
        return false;
    cursor += 2;
    len = strcspn(cursor, ".");
    if (len >= sizeof(time) || cursor[len] != '.')
        return false;
    memcpy(time, cursor, len);
    time[len] = '\0';
    cursor += len + 1;
    snprintf(job->from.id, sizeof(job->from.id), "%s", cursor);
    return id_ok(cursor) && text_int(time, 0, INT64_MAX, &job->from.at);
}

static void ask(struct paging *job);

/* The pages before and after this one, newest first. */
static void link_pages(const struct paging *job, const struct held_paged *page,
                       char next[CURSOR_SIZE], char previous[CURSOR_SIZE],
                       struct chat_found *found)
{
    const struct held_spot *newest = &page->spots[0];
    const struct held_spot *oldest = &job->from;

    if (page->count)
        oldest = &page->spots[page->count - 1];
    else
        newest = &job->from;
    if (job->newer) {
        newest = oldest;
        oldest = &page->spots[0];
    }
    write_cursor(OLDER, oldest, next);
    write_cursor(NEWER, newest, previous);
    if (job->newer || page->more)
        found->next = next;
    if (job->newer ? page->more : !job->first)
        found->previous = previous;
}

static void paged(void *context, const struct held_paged *page,
                  const struct error *err)
{
    struct paging *job = context;
    char next[CURSOR_SIZE], previous[CURSOR_SIZE];
    struct chat_found found = {0};
    struct sheet sheet;

    if (err) {
        job_fail(&job->job, job_fate(err));
        return;
    }
    if (job->newer && !page->more) { /* it reaches the newest: so whole */
        job->newer = false;
        job->first = true;
        ask(job);
        return;
    }
    sheet_begin(&sheet);
    for (size_t i = 0; i < page->count; i++)
        sheet_add_chat(&sheet,
                       &page->list[job->newer ? page->count - 1 - i : i]);
    link_pages(job, page, next, previous, &found);
    if (!sheet_end(&sheet))
        found.fate = CHAT_STORE_LARGE;
    found.items = sheet.items;
    found.count = sheet.count;
    found.total = page->total;
    job_end(&job->job, &found);
    sheet_clear(&sheet);
}

static void ask(struct paging *job)
{
    struct held_page page = {
        .destination = job->job.form->destination,
        .newer = job->newer,
        .from = job->first ? NULL : &job->from,
        .limit = job->limit,
    };

    queue_held_page(job->job.chats->reception.queue, &page, paged, job);
}

void relay_list(void *store, const struct chat_access *access,
                const char *cursor, size_t limit, chat_store_done *done,
                void *context)
{
    struct paging *job = NEW(struct paging);

    job_begin(&job->job, store, access, done, context);
    job->limit = limit;
    if (read_cursor(cursor, job))
        ask(job);
    else
        job_fail(&job->job, CHAT_STORE_NO_CURSOR);
}

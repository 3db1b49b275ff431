/* The journal as a whole: which way a message takes. See journal.h. */
#include "journal/journal.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

/* A queue that was ready a moment ago is asked first: it knows the keys. */
#define BLIP_MS INT64_C(1500)

/* The journal answers for the queue, so nobody needs to wait long for it. */
#define PATIENCE_MS INT64_C(2000)

/* Less than this is no room. */
#define ROOM_MIN ((size_t)4096)

char *journal_folder(const struct settings *settings)
{
    if (settings->journal.path)
        return alloc_text(settings->journal.path);
    return alloc_format("%s/journal", settings->data_dir);
}

struct journal *journal_new(struct loop *loop, struct settings *settings,
                            struct queue *queue, struct error *err)
{
    struct journal *journal;
    char *folder = journal_folder(settings);

    if (settings->journal.enabled && !file_make_folder(folder, err)) {
        error_prefix(err, "journal.path");
        free(folder);
        return NULL;
    }
    journal = NEW(struct journal);
    journal->loop = loop;
    journal->settings = settings_hold(settings);
    journal->queue = queue;
    journal->folder = folder;
    journal->owed_end = &journal->owed;
    journal->held_back_end = &journal->held_back;
    journal->ready_at = clock_boot_ms();
    journal->untried = true;
    buf_init(&journal->gathering.bytes, GATHER_MAX);
    journal->adopt = timer_new(loop, adopt_more, journal);
    journal->flush = timer_new(loop, append_flush, journal);
    journal->tell = timer_new(loop, owed_tell, journal);
    journal->tick = timer_new(loop, drain_tick, journal);
    spills_adopt(journal);
    timer_start(journal->tick, 0);
    return journal;
}

static void end_when_over(struct journal *journal)
{
    if (!journal->over || journal->open_calls)
        return;
    spills_free(journal);
    settings_release(journal->settings);
    free(journal->folder);
    free(journal);
}

void journal_enter(struct journal *journal)
{
    journal->open_calls++;
}

void journal_leave(struct journal *journal)
{
    journal->open_calls--;
    end_when_over(journal);
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    journal_enter(journal);
    journal->over = true;
    adopt_end(journal);
    append_end(journal);
    trial_end(journal);
    rehome_end(journal);
    while (journal->owed)
        owed_tell(journal);
    timer_free(journal->adopt);
    timer_free(journal->flush);
    timer_free(journal->tell);
    timer_free(journal->tick);
    journal_leave(journal);
}

void journal_use_settings(struct journal *journal, struct settings *settings)
{
    struct settings *old = journal->settings;
    struct error err = {0};

    journal->settings = settings_hold(settings);
    settings_release(old);
    journal->untried = true;
    if (settings->journal.enabled && !file_make_folder(journal->folder, &err))
        log_event(LOG_LEVEL_ERROR, "journal_failed", "error", err.text);
}

size_t journal_limit(const struct journal *journal)
{
    return journal->settings->journal.max_size /
           journal->settings->serve_processes;
}

size_t journal_room(const struct journal *journal)
{
    size_t limit = journal_limit(journal);

    return journal->bytes < limit ? limit - journal->bytes : 0;
}

bool journal_takes(const struct journal *journal)
{
    return journal && journal->settings->journal.enabled && !journal->over &&
           journal_room(journal) >= ROOM_MIN && !journal->failing;
}

bool journal_enabled(const struct journal *journal)
{
    return journal && journal->settings->journal.enabled;
}

size_t journal_waiting(const struct journal *journal)
{
    return journal->waiting;
}

/* A message on its way into the queue, kept in case it does not get there. */
struct handing {
    struct journal *journal;
    struct record record;
    journal_accepted *accepted;
    void *context;
};

static void answered(void *context, enum accept_result result, const char *id,
                     const char *why)
{
    struct handing *handing = context;
    struct journal *journal = handing->journal;
    bool away = result == ACCEPT_AWAY || result == ACCEPT_NO_MEMORY;

    handing->record.doubtful = true; /* its answer may have been lost */
    if (away && handing->record.submission.id[0] && !journal->over)
        append_record(journal, &handing->record, handing->accepted,
                      handing->context);
    else
        handing->accepted(handing->context, result, id, why, false);
    record_clear(&handing->record);
    free(handing);
    journal_leave(journal);
}

/* How long the queue has to take a message; 0: it is not asked. */
static int64_t queue_has_ms(struct journal *journal, int64_t wanted)
{
    int64_t now = clock_boot_ms(), most = PATIENCE_MS;

    if (!journal->settings->journal.enabled)
        return wanted;
    if (queue_ready(journal->queue, NULL))
        journal->ready_at = now;
    else
        most = journal->ready_at + BLIP_MS - now;
    if (most <= 0)
        return 0;
    return wanted < most ? wanted : most;
}

void journal_accept(struct journal *journal,
                    const struct submission *submission,
                    const struct accept_options *options,
                    journal_accepted *accepted, void *context)
{
    struct kept *entry = kept_find_key(journal, submission->form, options->key);
    struct accept_options in_time = *options;
    struct record record = {0};
    struct handing *handing;

    if (entry) {
        append_join(journal, entry, options->fingerprint, accepted, context);
        return;
    }
    if (journal->settings->journal.enabled)
        record_copy(&record, submission, options);
    in_time.deadline_ms = queue_has_ms(journal, options->deadline_ms);
    if (record.submission.id[0] && !in_time.deadline_ms) {
        append_record(journal, &record, accepted, context);
        record_clear(&record);
        return;
    }
    handing = NEW(struct handing);
    handing->journal = journal;
    handing->record = record;
    handing->accepted = accepted;
    handing->context = context;
    journal_enter(journal);
    queue_accept(journal->queue, submission, &in_time, answered, handing);
}

bool journal_find(struct journal *journal, const char *id, queue_found *found,
                  void *context)
{
    struct kept *entry = journal ? kept_find(journal, id) : NULL;

    if (!entry || entry->state == KEPT_WRITING)
        return false;
    owe_found(journal, entry, found, context);
    return true;
}

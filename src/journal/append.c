/*
 * Onto the disk. What comes during one turn of the loop, and while the disk is
 * busy, is written together and waits for one fdatasync() in a thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

#define SPILLS 8

static struct waiter *waiter_new(journal_accepted *accepted, void *context)
{
    struct waiter *waiter = NEW(struct waiter);

    waiter->accepted = accepted;
    waiter->context = context;
    return waiter;
}

/* The first to come is told NEW, the others KNOWN. */
static void tell_waiters(struct journal *journal, struct kept *entry,
                         enum accept_result result, const char *why)
{
    struct waiter *waiter = entry->waiters, *next;

    entry->waiters = NULL;
    for (; waiter; waiter = next) {
        next = waiter->next;
        owe_answer(journal, waiter, result, entry->id, why);
        if (result == ACCEPT_NEW)
            result = ACCEPT_KNOWN;
    }
}

/* ---- a batch ---- */

static void refuse_batch(struct journal *journal, struct kept_batch *batch,
                         const char *why)
{
    struct kept *entry = batch->first, *next;

    for (; entry; entry = next) {
        next = entry->next;
        kept_remove(journal, entry);
        tell_waiters(journal, entry, ACCEPT_AWAY, why);
        kept_free(entry);
    }
    batch->first = batch->last = NULL;
}

/* What keeps the queue from taking them; a look that comes late sees nothing
 * any more. */
static const char *queue_why_not(const struct queue *queue)
{
    const char *why = queue_full(queue);

    if (why || !queue_ready(queue, &why))
        return why;
    return "Redis did not answer in time";
}

static void say_taking(const struct journal *journal)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "journal_taking");
    log_text(&line, "file", journal->target->file->path);
    log_text(&line, "reason", queue_why_not(journal->queue));
    log_text(&line, "effect",
             "messages wait on this disk until Redis takes them");
    log_end(&line);
}

static void say_full(struct journal *journal)
{
    if (!journal->full)
        log_event(LOG_LEVEL_ERROR, "journal_full", "advice",
                  "senders are told to come back; bring Redis back, or raise "
                  "journal.max_size");
    journal->full = true;
}

static void keep_batch(struct journal *journal, struct kept_batch *batch)
{
    struct kept *entry = batch->first, *next;

    if (!journal->waiting)
        say_taking(journal);
    for (; entry; entry = next) {
        next = entry->next;
        entry->state = KEPT_SAFE;
        entry->place.offset += batch->at;
        spill_put(journal->target, entry);
        journal->waiting++;
        tell_waiters(journal, entry, ACCEPT_NEW, NULL);
    }
    batch->first = batch->last = NULL;
}

/* In a thread: touches nothing but these. */
static void write_batch(void *context)
{
    struct journal *journal = context;

    if (file_append(journal->target->file, journal->flying.bytes.data,
                    journal->flying.bytes.len, &journal->failure))
        error_clear(&journal->failure);
}

static void say_folder_made(const struct journal *journal)
{
    log_event(LOG_LEVEL_WARN, "journal_folder_made", "folder", journal->folder);
}

static void launch(struct journal *journal);

/* Once into a new file, when the one it was meant for went away. */
static bool begin_again(struct journal *journal)
{
    struct kept_batch *batch = &journal->flying;

    if (!journal->target->file->lost || batch->again || journal->over)
        return false;
    batch->again = true;
    launch(journal);
    return true;
}

static void end_batch(struct journal *journal)
{
    struct kept_batch *batch = &journal->flying;
    struct spill *spill = journal->target;
    bool failed = journal->failure.kind != ERROR_NONE;

    journal->errand = NULL;
    spill->writing = false;
    if (spill->file->made_folder)
        say_folder_made(journal);
    spill->file->made_folder = false;
    if (failed) {
        /* What the disk did to this file is not known: the next is a new one.
         */
        spill->open = false;
        spill->bytes -= batch->bytes.len;
        journal->look_at = 0;
        if (begin_again(journal))
            return;
    }
    trial_by_append(journal, batch->bytes.len);
    if (failed) {
        journal->bytes -= batch->bytes.len;
        refuse_batch(journal, batch, journal->failure.text);
    } else {
        keep_batch(journal, batch);
    }
    journal->target = NULL;
    buf_clear(&batch->bytes);
    spills_tidy(journal);
}

static void written(void *context)
{
    struct journal *journal = context;

    end_batch(journal);
    append_flush(journal);
    timer_start(journal->tick, 0);
}

static struct spill *open_spill(struct journal *journal)
{
    struct spill *spill = journal->last_spill;

    /* Drained ones go as a whole: many small ones go sooner. */
    if (spill && spill->open && spill->bytes < journal_limit(journal) / SPILLS)
        return spill;
    if (spill)
        spill->open = false;
    spill = spill_add(journal, file_new(journal->folder, clock_wall_ms()));
    spill->open = true;
    return spill;
}

static void launch(struct journal *journal)
{
    struct kept_batch *batch = &journal->flying;
    struct spill *spill = open_spill(journal);

    batch->at = spill->bytes;
    spill->bytes += batch->bytes.len;
    spill->writing = true;
    journal->target = spill;
    error_clear(&journal->failure);
    journal->errand =
        errand_start(journal->loop, write_batch, written, journal);
}

void append_flush(void *context)
{
    struct journal *journal = context;

    if (journal->errand || !journal->gathering.first)
        return;
    journal->flying = journal->gathering;
    journal->flying.again = false;
    journal->gathering.first = journal->gathering.last = NULL;
    buf_init(&journal->gathering.bytes, GATHER_MAX);
    launch(journal);
}

/* ---- one record ---- */

static void refuse(struct journal *journal, const struct record *record,
                   struct waiter *waiter, const char *why)
{
    owe_answer(journal, waiter, ACCEPT_AWAY, record->submission.id, why);
}

static void gather(struct journal *journal, struct kept *entry)
{
    struct kept_batch *batch = &journal->gathering;

    entry->state = KEPT_WRITING;
    if (batch->last)
        batch->last->next = entry;
    else
        batch->first = entry;
    batch->last = entry;
    journal->bytes += entry->place.len;
    if (!journal->errand)
        timer_start(journal->flush, 0);
}

void append_join(struct journal *journal, struct kept *entry,
                 const char *fingerprint, journal_accepted *accepted,
                 void *context)
{
    struct waiter *waiter = waiter_new(accepted, context), **link;
    const char *first = entry->fingerprint ? entry->fingerprint : "";

    if (strcmp(first, fingerprint ? fingerprint : "") != 0) {
        owe_answer(journal, waiter, ACCEPT_CONFLICT, entry->id, NULL);
    } else if (entry->state != KEPT_WRITING) {
        owe_answer(journal, waiter, ACCEPT_KNOWN, entry->id, NULL);
    } else {
        for (link = &entry->waiters; *link; link = &(*link)->next)
            ;
        *link = waiter;
    }
}

/* Whoever comes while files are adopted: its key may be in one of them. */
struct held_back {
    struct held_back *next;
    struct record record;
    journal_accepted *accepted;
    void *context;
};

static void hold_back(struct journal *journal, const struct record *record,
                      journal_accepted *accepted, void *context)
{
    struct held_back *held = NEW(struct held_back);

    record_copy(&held->record, &record->submission, &record->options);
    held->record.doubtful = record->doubtful;
    held->accepted = accepted;
    held->context = context;
    *journal->held_back_end = held;
    journal->held_back_end = &held->next;
}

void append_held_back(struct journal *journal)
{
    struct held_back *held = journal->held_back, *next;

    journal->held_back = NULL;
    journal->held_back_end = &journal->held_back;
    for (; held; held = next) {
        next = held->next;
        append_record(journal, &held->record, held->accepted, held->context);
        record_clear(&held->record);
        free(held);
    }
}

static void refuse_held_back(struct journal *journal, const char *why)
{
    struct held_back *held = journal->held_back, *next;

    for (; held; held = next) {
        next = held->next;
        refuse(journal, &held->record,
               waiter_new(held->accepted, held->context), why);
        record_clear(&held->record);
        free(held);
    }
    journal->held_back = NULL;
}

void append_record(struct journal *journal, const struct record *record,
                   journal_accepted *accepted, void *context)
{
    struct buf *bytes = &journal->gathering.bytes;
    struct waiter *waiter;
    struct kept *entry;
    size_t before = bytes->len;

    /* Its sender may have asked a process that has died since. */
    if (!journal->gathering.first)
        spills_adopt(journal);
    if (journal->adoption) {
        hold_back(journal, record, accepted, context);
        return;
    }
    entry =
        kept_find_key(journal, record->submission.form, record->options.key);
    if (entry) {
        append_join(journal, entry, record->options.fingerprint, accepted,
                    context);
        return;
    }
    waiter = waiter_new(accepted, context);
    if (kept_find(journal, record->submission.id) ||
        !record_write(record, bytes)) {
        refuse(journal, record, waiter, "the journal cannot hold this message");
        return;
    }
    if (bytes->len - before > journal_room(journal)) {
        bytes->len = before;
        say_full(journal);
        refuse(journal, record, waiter,
               "the journal is full (journal.max_size)");
        return;
    }
    entry = kept_new(record);
    entry->waiters = waiter;
    entry->place.offset = before;
    entry->place.len = bytes->len - before;
    kept_add(journal, entry);
    gather(journal, entry);
}

/* What is being written may still be promised; what is not, is not. */
void append_end(struct journal *journal)
{
    if (journal->errand) {
        errand_finish(journal->errand);
        end_batch(journal);
    }
    refuse_held_back(journal, "the server is stopping");
    refuse_batch(journal, &journal->gathering, "the server is stopping");
    buf_clear(&journal->gathering.bytes);
}

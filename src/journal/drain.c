/*
 * From the disk into the queue, in order, a few dozen at a time. An entry goes
 * from here only when the queue has said that it has it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

#define AT_ONCE 64

#define WAITING_MS 50   /* until the queue is looked at again */
#define IDLE_MS    500  /* likewise, when nothing waits */
#define LOOK_MS    2000 /* between two looks for files left behind */
#define REST_MS    1000 /* after the queue took nothing */

struct draining {
    struct journal *journal;
    struct kept *entry;
};

static void drain(struct journal *journal);

static void say_drained(struct journal *journal)
{
    struct log_line line;

    if (journal->waiting)
        return;
    log_begin(&line, LOG_LEVEL_INFO, "journal_drained");
    log_int(&line, "count", (int64_t)journal->drained);
    log_end(&line);
    journal->drained = 0;
    journal->full = false;
}

/* What waits no more: it is in the queue, or is to go. */
static void done_with(struct journal *journal, struct kept *entry)
{
    spill_take(journal, entry);
    journal->drained++;
    say_drained(journal);
}

static void end_one(struct draining *draining)
{
    struct journal *journal = draining->journal;

    free(draining);
    journal->draining--;
    spills_tidy(journal);
    if (!journal->over)
        drain(journal);
    journal_leave(journal);
}

static void rest(struct journal *journal)
{
    journal->rest_until = clock_boot_ms() + REST_MS;
}

/* as: the id under which it was in the queue. */
static void say_erased(const struct kept *entry, const char *as)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_INFO, "journal_erased");
    log_text(&line, "sub", entry->id);
    if (as && strcmp(as, entry->id) != 0)
        log_text(&line, "as", as);
    log_end(&line);
}

static void known_as_well(void *context, size_t erased, const struct error *err)
{
    struct draining *draining = context;

    draining->entry->state = KEPT_SAFE;
    if (erased)
        say_erased(draining->entry, NULL); /* journal_known has told as what */
    if (err)
        rest(draining->journal);
    else
        done_with(draining->journal, draining->entry);
    end_one(draining);
}

/*
 * The same key came by another way meanwhile: the sender's message is there
 * once, under the other id. What was promised under this one leads there.
 */
static void tell_known(struct draining *draining, const char *id)
{
    const struct kept *entry = draining->entry;
    struct log_line line;

    log_begin(&line, LOG_LEVEL_INFO, "journal_known");
    log_text(&line, "sub", entry->id);
    log_text(&line, "as", id);
    log_end(&line);
    queue_also(draining->journal->queue, id, entry->id, entry->form,
               known_as_well, draining);
}

/* For a person to look at: it stays in a file beside the journal's. */
static void set_aside(struct journal *journal, struct kept *entry,
                      const char *event)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_ERROR, event);
    log_text(&line, "file", entry->spill->file->path);
    log_int(&line, "offset", (int64_t)entry->place.offset);
    log_int(&line, "bytes", (int64_t)entry->place.len);
    log_text(&line, "sub", entry->id);
    log_end(&line);
    file_note_damaged(entry->spill->file, &entry->place);
    spill_take(journal, entry);
}

static void brought(void *context, enum bring_result result, const char *id)
{
    struct draining *draining = context;
    struct journal *journal = draining->journal;
    struct kept *entry = draining->entry;

    if (result == BRING_KNOWN) {
        tell_known(draining, id);
        return;
    }
    entry->state = KEPT_SAFE;
    switch (result) {
    case BRING_NEW:
        failpoint_pass("journal.drained", NULL);
        done_with(journal, entry);
        break;
    case BRING_ERASED:
        say_erased(entry, id);
        done_with(journal, entry);
        break;
    case BRING_OLD:
        set_aside(journal, entry, "journal_too_old");
        break;
    case BRING_CONFLICT:
        entry->without_key = true; /* both were promised, so both are sent */
        break;
    case BRING_KNOWN:
    case BRING_LATER:
        rest(journal);
        break;
    }
    end_one(draining);
}

static bool load(const struct kept *entry, struct record *record)
{
    struct record_place whole = {0, entry->place.len};
    struct buf bytes;
    bool ok;

    buf_init(&bytes, entry->place.len);
    ok = file_read(entry->spill->file, &entry->place, &bytes) &&
         record_read(bytes.data, &whole, record);
    buf_clear(&bytes);
    return ok;
}

static void hand_over(struct journal *journal, struct kept *entry,
                      struct record *record)
{
    struct draining *draining = NEW(struct draining);

    draining->journal = journal;
    draining->entry = entry;
    entry->state = KEPT_DRAINING;
    journal->draining++;
    if (entry->without_key)
        record->options.key = record->options.fingerprint = NULL;
    record->options.deadline_ms = journal->settings->redis.timeout_ms;
    journal_enter(journal);
    queue_bring(journal->queue, &record->submission, &record->options,
                entry->doubtful, brought, draining);
    entry->doubtful = true;
}

static struct kept *next_of(const struct journal *journal)
{
    for (struct spill *spill = journal->spills; spill; spill = spill->next)
        for (struct kept *entry = spill->first; entry; entry = entry->next)
            if (entry->state == KEPT_SAFE)
                return entry;
    return NULL;
}

static void drain(struct journal *journal)
{
    struct record record;
    struct kept *entry;

    while (journal->draining < AT_ONCE && queue_ready(journal->queue, NULL) &&
           clock_boot_ms() >= journal->rest_until &&
           (entry = next_of(journal))) {
        if (failpoint("journal.drain", NULL)) {
            rest(journal);
            return;
        }
        if (load(entry, &record)) {
            hand_over(journal, entry, &record);
            record_clear(&record);
        } else {
            set_aside(journal, entry, "journal_damaged");
        }
    }
}

void drain_tick(void *context)
{
    struct journal *journal = context;
    int64_t now = clock_boot_ms();

    if (queue_ready(journal->queue, NULL))
        journal->ready_at = now;
    if (now >= journal->look_at) {
        spills_adopt(journal);
        spills_rehome(journal);
        journal->look_at = now + LOOK_MS;
    }
    trial_tick(journal, now);
    drain(journal);
    spills_tidy(journal);
    timer_start(journal->tick, journal->waiting ? WAITING_MS : IDLE_MS);
}

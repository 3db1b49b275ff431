/*
 * Whether the disk takes anything: after a failure nobody is told so before
 * something was really written, be it only for a trial.
 */
#include "base/clock.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

#define TRIAL_MS 1000 /* between two trials */

/* With the queue there for so long, the next failure is another outage's. */
#define QUIET_MS 5000

static void recovered(struct journal *journal)
{
    if (journal->failing)
        log_event(LOG_LEVEL_INFO, "journal_recovered", NULL, NULL);
    journal->failing = journal->failure_told = false;
    journal->refused = 0;
}

static void log_failed(const struct error *why)
{
    log_event(LOG_LEVEL_ERROR, "journal_failed", "error", why->text);
}

void trial_by_append(struct journal *journal, size_t len)
{
    journal->untried = false;
    if (journal->failure.kind == ERROR_NONE) {
        recovered(journal);
        return;
    }
    if (!journal->failure_told)
        log_failed(&journal->failure);
    journal->failing = journal->failure_told = true;
    if (journal->refused < len)
        journal->refused = len;
    journal->failed_at = clock_boot_ms();
    journal->try_at = journal->failed_at + TRIAL_MS;
    journal->outage |= !queue_ready(journal->queue, NULL);
}

/* In a thread: touches nothing but these. */
static void write_trial(void *context)
{
    struct journal *journal = context;

    if (file_try(journal->folder, journal->trial_len, &journal->trial_failure))
        error_clear(&journal->trial_failure);
}

static void tried(void *context)
{
    struct journal *journal = context;
    const struct error *why = &journal->trial_failure;

    journal->trial = NULL;
    journal->untried = false;
    journal->try_at = clock_boot_ms() + TRIAL_MS;
    if (why->kind == ERROR_NONE) {
        /* One that was refused meanwhile was larger than this. */
        if (journal->trial_len >= journal->refused)
            recovered(journal);
        return;
    }
    if (!journal->failing)
        log_failed(why);
    journal->failing = true;
    log_event(LOG_LEVEL_DEBUG, "journal_tried", "error", why->text);
}

/* Each outage of the queue in which the disk fails is told of. */
static void note_outage(struct journal *journal, int64_t now)
{
    if (!queue_ready(journal->queue, NULL) || queue_full(journal->queue)) {
        journal->outage = true;
        return;
    }
    if (journal->outage || now - journal->failed_at > QUIET_MS)
        journal->failure_told = false;
    journal->outage = false;
}

void trial_tick(struct journal *journal, int64_t now)
{
    note_outage(journal, now);
    if (!journal->settings->journal.enabled || journal->trial ||
        !(journal->failing || journal->untried) || now < journal->try_at)
        return;
    journal->trial_len =
        journal->refused > FILE_TRIAL ? journal->refused : FILE_TRIAL;
    error_clear(&journal->trial_failure);
    journal->trial = errand_start(journal->loop, write_trial, tried, journal);
}

void trial_end(struct journal *journal)
{
    errand_finish(journal->trial);
    journal->trial = NULL;
}

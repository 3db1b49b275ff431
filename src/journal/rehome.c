/*
 * Files that are not where they were any more: somebody removed or renamed
 * them, or their folder. What was promised in them can still be read by what we
 * have open, and by nobody after us; so it is written anew.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal/inside.h"

#include "base/banned.h"

struct move {
    struct spill *spill;
    struct journal_file *fresh; /* NULL: it could not be written */
};

/* The thread writes fresh and failure, until it has ended. */
struct rehoming {
    struct journal *journal;
    struct move *moves; /* owned */
    size_t count;
    struct error failure;
    struct errand *errand;
};

static size_t waiting_in(const struct spill *spill)
{
    size_t count = 0;

    for (const struct kept *entry = spill->first; entry; entry = entry->next)
        count++;
    return count;
}

static void say(enum log_level level, const char *event, size_t count,
                const char *key, const char *text)
{
    struct log_line line;

    log_begin(&line, level, event);
    log_int(&line, "count", (int64_t)count);
    log_text(&line, key, text);
    log_end(&line);
}

static bool is_lost(const struct spill *spill)
{
    return spill->first && !spill->writing && !spill->reading &&
           !spill->moving && !file_is_there(spill->file);
}

static void gather(struct rehoming *rehoming, struct spill *spill)
{
    rehoming->moves = alloc_resize(rehoming->moves, rehoming->count + 1,
                                   sizeof(*rehoming->moves));
    rehoming->moves[rehoming->count++] = (struct move){.spill = spill};
    spill->moving = true;
    spill->open = false;
}

/* NULL: all are where they belong. */
static struct rehoming *begin(struct journal *journal)
{
    struct rehoming *rehoming = NEW(struct rehoming);
    size_t waiting = 0;

    rehoming->journal = journal;
    for (struct spill *spill = journal->spills; spill; spill = spill->next) {
        if (!is_lost(spill))
            continue;
        waiting += waiting_in(spill);
        gather(rehoming, spill);
    }
    if (!rehoming->count) {
        free(rehoming);
        journal->loss_told = journal->move_failed = false;
        return NULL;
    }
    if (!journal->loss_told)
        say(LOG_LEVEL_ERROR, "journal_lost", waiting, "reason",
            "files of the journal were removed or renamed; what was promised "
            "in them is only in this process until it is written anew");
    journal->loss_told = true;
    return rehoming;
}

/* In the thread. */
static void write_anew(void *context)
{
    struct rehoming *rehoming = context;

    for (size_t i = 0; i < rehoming->count; i++) {
        struct move *move = &rehoming->moves[i];

        move->fresh = file_copy(move->spill->file, rehoming->journal->folder,
                                clock_wall_ms(), &rehoming->failure);
        if (!move->fresh)
            return;
    }
}

/* The same bytes at the same places: entries stay as they are. */
static void change_over(struct spill *spill, struct journal_file *fresh)
{
    struct journal_file *old = spill->file;

    fresh->damaged = old->damaged;
    fresh->damaged_count = old->damaged_count;
    old->damaged = NULL;
    spill->file = fresh;
    file_free(old);
}

static void tell(struct journal *journal, size_t moved, size_t left,
                 const struct error *why)
{
    if (moved)
        say(LOG_LEVEL_WARN, "journal_rewritten", moved, "folder",
            journal->folder);
    if (left && !journal->move_failed) {
        say(LOG_LEVEL_ERROR, "journal_not_rewritten", left, "error", why->text);
        log_event(LOG_LEVEL_ERROR, "journal_only_here", "advice",
                  "do not end this process before it has written them, or "
                  "Redis has taken them: nobody else can find them");
    }
    journal->move_failed = left > 0;
}

static void end(struct rehoming *rehoming)
{
    struct journal *journal = rehoming->journal;
    size_t moved = 0, left = 0;

    for (size_t i = 0; i < rehoming->count; i++) {
        struct move *move = &rehoming->moves[i];

        move->spill->moving = false;
        if (move->fresh) {
            moved += waiting_in(move->spill);
            change_over(move->spill, move->fresh);
        } else {
            left += waiting_in(move->spill);
        }
    }
    tell(journal, moved, left, &rehoming->failure);
    journal->rehoming = NULL;
    free(rehoming->moves);
    free(rehoming);
    spills_tidy(journal);
}

static void written_anew(void *context)
{
    end(context);
}

void spills_rehome(struct journal *journal)
{
    if (journal->rehoming)
        return;
    journal->rehoming = begin(journal);
    if (journal->rehoming)
        journal->rehoming->errand = errand_start(
            journal->loop, write_anew, written_anew, journal->rehoming);
}

/* The last chance: after us nobody can read what is not there. */
void rehome_end(struct journal *journal)
{
    struct rehoming *rehoming = journal->rehoming;

    if (rehoming) {
        errand_finish(rehoming->errand);
        end(rehoming);
    }
    rehoming = begin(journal);
    if (rehoming) {
        write_anew(rehoming);
        end(rehoming);
    }
}

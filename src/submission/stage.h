/* The stages of a submission, and where each outcome leads: one table. */
#ifndef SUBMISSION_STAGE_H
#define SUBMISSION_STAGE_H

#include <stdbool.h>

#include "base/attributes.h"

enum stage {
    STAGE_DELIVER,   /* post it */
    STAGE_RESOLVE,   /* an unanswered post: find out whether it landed */
    STAGE_RECONCILE, /* it landed: which ticket has it become? */
    STAGE_CALLBACK,  /* a news: tell the website's server */
    STAGE_FINISHED,
    STAGE_BURIED, /* set aside for a person */
    STAGE_COUNT,
};

enum outcome_kind {
    OUTCOME_DONE,
    OUTCOME_REFUSED, /* it will never work like this */
    OUTCOME_BUSY,    /* nothing happened there; try again */
    OUTCOME_UNKNOWN, /* it may have happened */
    OUTCOME_SPENT,   /* we asked enough */
    OUTCOME_COUNT,
};

/* The next stage; when is the verdict's affair. */
enum stage stage_after(enum stage stage, enum outcome_kind outcome);

const char *stage_name(enum stage stage);            /* "deliver" */
const char *outcome_name(enum outcome_kind outcome); /* "done" */
must_check bool stage_by_name(const char *name, enum stage *stage);

#endif

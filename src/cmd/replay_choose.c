/* See replay_choose.h. */
#include "cmd/replay_choose.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "describe/describe.h"

#include "base/banned.h"

/* Ids, as they are gone through. */
struct choice {
    struct session *session;
    const struct selection *selection;
    struct submissions *found;
    size_t wrong, not_failed; /* the latter are among the former */
};

static bool complain(struct choice *choice, const char *id, const char *what)
{
    fprintf(stderr, "%s: %s\n", id, what);
    choice->wrong++;
    return true;
}

/* False: it was told what is wrong with it. */
static bool id_is_good(struct choice *choice, const char *id)
{
    const struct settings *settings = choice->session->settings;
    const char *only = choice->selection->destination;
    char name[ID_NAME_MAX + 1], text[3 * ID_NAME_MAX + 64];

    if (strlen(id) >= ID_SIZE || !id_destination(id, name))
        return !complain(choice, id,
                         "is no id of a submission; they look like "
                         "support-01JABCDEF0123456789ABCDEFG");
    if (!settings_destination(settings, name)) {
        snprintf(text, sizeof(text),
                 "there is no destination '%s' in the settings", name);
        return !complain(choice, id, text);
    }
    if (only && strcmp(only, name) != 0) {
        snprintf(text, sizeof(text), "is of destination '%s', not of '%s'",
                 name, only);
        return !complain(choice, id, text);
    }
    return true;
}

static void say_not_failed(struct choice *choice,
                           const struct submission *submission)
{
    char text[256];

    snprintf(text, sizeof(text),
             "is not set aside; it is %s, and there is nothing to replay",
             describe_state(submission));
    complain(choice, submission->id, text);
    choice->not_failed++;
}

/* Takes the submission. */
static void choose(struct choice *choice, struct submission *submission)
{
    const struct selection *selection = choice->selection;
    struct walk_filter filter =
        selection_filter(selection, submission->destination);
    struct submissions *found = choice->found;
    bool failed = submission->place == PLACE_DEAD;

    if (!failed && !selection->by_state)
        say_not_failed(choice, submission);
    if (!failed || !queue_fits(&filter, submission)) {
        submission_clear(submission);
        return;
    }
    alloc_replace(&submission->message, NULL);
    found->list =
        alloc_resize(found->list, found->count + 1, sizeof(*found->list));
    found->list[found->count++] = *submission;
}

static bool is_repeated(char **ids, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(ids[i], ids[at]) == 0)
            return true;
    return false;
}

static bool choose_ids(struct choice *choice, char **ids, struct error *err)
{
    const struct selection *selection = choice->selection;
    bool with_message = selection->search || selection->email[0];

    for (size_t i = 0; ids[i]; i++) {
        struct submission submission;

        if (is_repeated(ids, i) || !id_is_good(choice, ids[i]))
            continue;
        if (!ask_find(choice->session, ids[i], with_message, &submission, err))
            return false;
        if (submission.id[0])
            choose(choice, &submission);
        else
            complain(choice, ids[i],
                     "there is no such submission; it may have been swept or "
                     "erased");
    }
    return true;
}

bool replay_choose(struct session *session, const struct selection *selection,
                   char **ids, struct submissions *found, struct error *err)
{
    struct choice choice = {session, selection, found, 0, 0};
    struct selection failed = *selection;

    failed.by_state = true;
    failed.state = STATE_FAILED;
    if (!ids[0])
        return selection_run(session, &failed, found, err);
    if (!selection_check(session, selection, err) ||
        !choose_ids(&choice, ids, err))
        return false;
    if (choice.wrong)
        return error_set(err, ERROR_INPUT,
                         "nothing was replayed; leave out %s%s",
                         choice.wrong == 1 ? "that id" : "these ids",
                         choice.wrong > choice.not_failed
                             ? ""
                             : ", or add --state failed to replay those of "
                               "the ids that have failed");
    if (found->count == 0)
        return error_set(err, ERROR_INPUT,
                         "none of these ids fits the filters; nothing was "
                         "replayed");
    return true;
}

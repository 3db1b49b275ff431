/* See select.h. */
#include "cmd/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/commands.h"

#include "base/banned.h"

/* Of one destination, unless a limit was given. */
#define LIMIT_MAX        ((size_t)200000)
#define DESTINATIONS_MAX 64

static bool read_instant(const char *value, int64_t *at, struct error *err)
{
    if (clock_parse(value, clock_wall_ms(), at))
        return true;
    return error_set(err, ERROR_USAGE,
                     "'%s' is no time: write 2h, 3d or 2026-11-22T09:00:00Z",
                     value);
}

static bool read_state(const char *value, enum state *state, struct error *err)
{
    const char *names[STATE_COUNT + 1] = {NULL};
    const char *nearest;

    if (state_by_name(value, state))
        return true;
    for (size_t i = 0; i < STATE_COUNT; i++)
        names[i] = state_name((enum state)i);
    nearest = text_nearest(value, names);
    return error_set(err, ERROR_USAGE, "there is no state '%s'%s%s%s", value,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
}

static bool read_limit(const char *value, size_t *limit, struct error *err)
{
    int64_t number;

    if (!text_int(value, 1, LIMIT_MAX, &number))
        return error_set(err, ERROR_USAGE, "--limit: '%s' is not 1 to %zu",
                         value, LIMIT_MAX);
    *limit = (size_t)number;
    return true;
}

static bool read_email(struct selection *selection, const char *value,
                       struct error *err)
{
    const char *why;

    return email_read(value, selection->email, &why) ||
           error_set(err, ERROR_USAGE, "--email: %s", why);
}

static bool take_value(struct selection *selection, int option,
                       const char *value, struct error *err)
{
    switch (option) {
    case 'S':
        selection->by_state = true;
        return read_state(value, &selection->state, err);
    case 'A':
        return read_instant(value, &selection->since, err);
    case 'B':
        return read_instant(value, &selection->until, err);
    case 'L':
        return read_limit(value, &selection->limit, err);
    case 'D':
        selection->destination = value;
        return true;
    case 'F':
        selection->form = value;
        return true;
    case 'R':
        selection->reason = value;
        return true;
    case 'E':
        return read_email(selection, value, err);
    default:
        selection->search = value;
        return true;
    }
}

bool selection_read(int argc, char **argv, const struct option *options,
                    struct selection *selection, selection_own *own,
                    void *context)
{
    struct error err = {0};
    int option;
    bool ok;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (strchr("DSFABRQEL", option)) {
            selection->filters += option != 'L';
            ok = take_value(selection, option, optarg, &err);
        } else {
            ok = own(context, option, &err);
        }
        if (ok)
            continue;
        if (err.kind == ERROR_NONE)
            command_odd_option(argv[0], option, argv[optind - 1]);
        else
            command_misused(argv[0], "%s", err.text);
        return false;
    }
    return true;
}

static bool no_such(const char *what, const char *name,
                    const char *const *names, struct error *err)
{
    const char *nearest = text_nearest(name, names);

    if (!nearest)
        return error_set(err, ERROR_INPUT,
                         "there is no %s '%s'; 'afterhours config print' shows "
                         "what there is",
                         what, name);
    return error_set(err, ERROR_INPUT,
                     "there is no %s '%s'; did you mean '%s'?", what, name,
                     nearest);
}

bool selection_known_form(const struct settings *settings, const char *form,
                          struct error *err)
{
    const char *names[DESTINATIONS_MAX + 1] = {NULL};

    if (settings_form(settings, form))
        return true;
    for (size_t i = 0; i < settings->form_count && i < DESTINATIONS_MAX; i++)
        names[i] = settings->forms[i].name;
    return no_such("form", form, names, err);
}

static bool is_left(const struct lefts *lefts, const char *name)
{
    for (size_t i = 0; i < lefts->count; i++)
        if (strcmp(lefts->list[i].name, name) == 0)
            return true;
    return false;
}

static bool check_names(const struct settings *settings,
                        const struct selection *selection,
                        const struct lefts *lefts, struct error *err)
{
    const char *names[DESTINATIONS_MAX + 1] = {NULL};

    if (selection->destination &&
        !settings_destination(settings, selection->destination) &&
        !is_left(lefts, selection->destination)) {
        for (size_t i = 0;
             i < settings->destination_count && i < DESTINATIONS_MAX; i++)
            names[i] = settings->destinations[i].name;
        return no_such("destination", selection->destination, names, err);
    }
    return !selection->form ||
           selection_known_form(settings, selection->form, err);
}

static int newest_first(const void *a, const void *b)
{
    const struct submission *x = a, *y = b;

    if (x->received_at != y->received_at)
        return x->received_at < y->received_at ? 1 : -1;
    return strcmp(y->id, x->id);
}

static void cut(struct submissions *list, size_t limit)
{
    while (limit && list->count > limit)
        submission_clear(&list->list[--list->count]);
}

static bool check(const struct session *session,
                  const struct selection *selection, const struct lefts *lefts,
                  struct error *err)
{
    if (selection->since && selection->until &&
        selection->until < selection->since)
        return error_set(err, ERROR_USAGE, "--until lies before --since");
    return check_names(session->settings, selection, lefts, err);
}

bool selection_check(const struct session *session,
                     const struct selection *selection, struct error *err)
{
    const struct lefts none = {NULL, 0};

    return check(session, selection, &none, err);
}

struct walk_filter selection_filter(const struct selection *selection,
                                    const char *destination)
{
    return (struct walk_filter){
        .destination = destination,
        .form = selection->form,
        .reason = selection->reason,
        .search = selection->search,
        .email = selection->email[0] ? selection->email : NULL,
        .by_state = selection->by_state,
        .state = selection->state,
        .since = selection->since,
        .until = selection->until,
        .limit = selection->limit ? selection->limit : LIMIT_MAX,
    };
}

static bool list_of(struct session *session, const struct selection *selection,
                    const char *destination, struct submissions *found,
                    struct error *err)
{
    struct walk_filter filter = selection_filter(selection, destination);
    size_t before = found->count;

    if (!ask_walk(session, &filter, found, err))
        return false;
    if (selection->limit || found->count - before < LIMIT_MAX)
        return true;
    return error_set(err, ERROR_INPUT,
                     "%s: more than %zu fit; narrow it down, as with --since",
                     destination, LIMIT_MAX - 1);
}

static bool list_one(struct session *session, const struct selection *selection,
                     const char *name, struct submissions *found,
                     struct error *err)
{
    if (selection->destination && strcmp(name, selection->destination) != 0)
        return true;
    return list_of(session, selection, name, found, err);
}

static bool list_all(struct session *session, const struct selection *selection,
                     const struct lefts *lefts, struct submissions *found,
                     struct error *err)
{
    const struct settings *settings = session->settings;
    bool ok = check(session, selection, lefts, err);

    for (size_t i = 0; ok && i < settings->destination_count; i++)
        ok = list_one(session, selection, settings->destinations[i].name, found,
                      err);
    for (size_t i = 0; ok && i < lefts->count; i++)
        ok = list_one(session, selection, lefts->list[i].name, found, err);
    return ok;
}

bool selection_run(struct session *session, const struct selection *selection,
                   struct submissions *found, struct error *err)
{
    struct lefts lefts = {NULL, 0};
    bool ok;

    memset(found, 0, sizeof(*found));
    ok = (!selection->left || ask_left(session, &lefts, err)) &&
         list_all(session, selection, &lefts, found, err);
    lefts_clear(&lefts);
    if (!ok) {
        submissions_clear(found);
        return false;
    }
    if (found->count)
        qsort(found->list, found->count, sizeof(*found->list), newest_first);
    cut(found, selection->limit);
    return true;
}

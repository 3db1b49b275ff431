/* As JSON. See describe.h. */
#include "describe/describe.h"

#include "base/clock.h"

#include "base/banned.h"

#define URL_MAX ((size_t)2048)

static const enum stage waiting[] = {STAGE_DELIVER, STAGE_RECONCILE,
                                     STAGE_CALLBACK};

#define WAITING_COUNT (sizeof(waiting) / sizeof(waiting[0]))

json_t *describe_instant(int64_t at)
{
    char text[CLOCK_TEXT_SIZE];

    if (!at)
        return json_null();
    clock_format_ms(at, text);
    return json_string(text);
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static void set_ticket_url(json_t *root, const char *name,
                           const struct settings_destination *destination,
                           const char *template, int64_t ticket_id)
{
    struct buf url;

    if (!template)
        return;
    buf_init(&url, URL_MAX);
    settings_ticket_url(destination, template, ticket_id, &url);
    json_object_set_new(root, name, text_or_null(buf_str(&url)));
    buf_clear(&url);
}

static void add_ticket(json_t *root, const struct submission *submission,
                       const struct settings *settings)
{
    const struct settings_destination *destination =
        submission->destination
            ? settings_destination(settings, submission->destination)
            : NULL;

    json_object_set_new(root, "zendesk_ticket_id",
                        submission->ticket_id
                            ? json_integer(submission->ticket_id)
                            : json_null());
    /* Without an address (a sandbox of `up`) nobody knows where tickets are. */
    if (!destination || !destination->base_url || !submission->ticket_id)
        return;
    set_ticket_url(root, "ticket_url", destination, destination->ticket_url,
                   submission->ticket_id);
    set_ticket_url(root, "agent_url", destination, destination->agent_url,
                   submission->ticket_id);
}

static void add_progress(json_t *root, const struct submission *submission)
{
    const struct {
        const char *name;
        unsigned value;
    } counts[] = {
        {"attempts", submission->attempts},
        {"looks", submission->looks},
        {"crashes", submission->crashes},
        {"generation", submission->generation},
    };
    const struct {
        const char *name;
        int64_t at;
    } instants[] = {
        {"received_at", submission->received_at},
        {"updated_at", submission->updated_at},
        {"due_at", submission->place == PLACE_DUE ? submission->due_at : 0},
        {"intent_at", submission->intent_at},
    };

    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++)
        json_object_set_new(root, instants[i].name,
                            describe_instant(instants[i].at));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(root, counts[i].name,
                            json_integer(counts[i].value));
}

json_t *describe_submission(const struct submission *submission,
                            const struct settings *settings)
{
    json_t *root = json_object();

    json_object_set_new(root, "id", json_string(submission->id));
    json_object_set_new(root, "state", json_string(describe_state(submission)));
    json_object_set_new(root, "form", text_or_null(submission->form));
    json_object_set_new(root, "destination",
                        text_or_null(submission->destination));
    json_object_set_new(root, "place",
                        json_string(place_name(submission->place)));
    json_object_set_new(root, "stage",
                        json_string(stage_name(submission->stage)));
    add_progress(root, submission);
    json_object_set_new(root, "chat_id", text_or_null(submission->chat_id));
    add_ticket(root, submission, settings);
    json_object_set_new(root, "callback",
                        json_string(callback_state_name(submission->callback)));
    json_object_set_new(root, "error", text_or_null(submission->error));
    json_object_set_new(root, "reference", text_or_null(submission->reference));
    if (submission->kind == SUBMISSION_NEWS) {
        json_object_set_new(root, "of", json_string(submission->of));
        json_object_set_new(root, "event", text_or_null(submission->event));
    }
    return root;
}

static json_t *json_of_hold(const struct tally *tally)
{
    json_t *hold;

    if (tally->hold == HOLD_NONE)
        return json_null();
    hold = json_object();
    json_object_set_new(hold, "reason",
                        json_string(hold_reason_name(tally->hold)));
    json_object_set_new(hold, "until", describe_instant(tally->hold_until));
    return hold;
}

static json_t *json_of_trouble(const struct tally *tally)
{
    json_t *trouble;

    if (!tally->trouble[0])
        return json_null();
    trouble = json_object();
    json_object_set_new(trouble, "reason", json_string(tally->trouble));
    json_object_set_new(trouble, "since",
                        describe_instant(tally->trouble_since));
    json_object_set_new(trouble, "again_at", describe_instant(tally->again_at));
    return trouble;
}

static json_t *json_of_gone(const struct tally *tally)
{
    json_t *list = json_array();

    for (size_t i = 0; i < tally->gone_count; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "form", json_string(tally->gone[i].form));
        json_object_set_new(one, "since",
                            describe_instant(tally->gone[i].since));
        json_array_append_new(list, one);
    }
    return list;
}

/* What keeps it from going on as usual. */
static void add_weather(json_t *root, const struct tally *tally)
{
    json_object_set_new(root, "hold", json_of_hold(tally));
    json_object_set_new(root, "asking", json_boolean(tally->asking));
    json_object_set_new(root, "token_trouble", json_of_trouble(tally));
    json_object_set_new(root, "callbacks_stopped", json_of_gone(tally));
    json_object_set_new(root, "probe_at", describe_instant(tally->probe_at));
    json_object_set_new(root, "brown_out_until",
                        describe_instant(tally->brown_until));
    json_object_set_new(root, "grace_seconds",
                        json_real((double)tally->grace_ms / 1000));
}

json_t *describe_tally(const char *name, const struct tally *tally)
{
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {
        {"running", tally->running},
        {"failed", tally->dead},
        {"finished", tally->done},
        {"quarantined", tally->held},
        {"accepted_total", tally->accepted},
        {"delivered_total", tally->delivered},
        {"linked_total", tally->linked},
        {"unlinked_total", tally->unlinked},
        {"failed_total", tally->failed},
    };
    json_t *root = json_object(), *due = json_object(), *oldest = json_object();

    for (size_t i = 0; i < WAITING_COUNT; i++) {
        const char *stage = stage_name(waiting[i]);
        double seconds = (double)tally->oldest_ms[waiting[i]] / 1000;

        json_object_set_new(due, stage, json_integer(tally->due[waiting[i]]));
        json_object_set_new(oldest, stage, json_real(seconds));
    }
    json_object_set_new(root, "destination", json_string(name));
    json_object_set_new(root, "waiting", due);
    json_object_set_new(root, "oldest_seconds", oldest);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(root, counts[i].name,
                            json_integer(counts[i].value));
    json_object_set_new(root, "budget_left",
                        tally->budget_left < 0
                            ? json_null()
                            : json_integer(tally->budget_left));
    add_weather(root, tally);
    return root;
}

json_t *describe_left(const struct left *list, size_t count)
{
    json_t *root = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "destination", json_string(list[i].name));
        json_object_set_new(one, "waiting", json_integer(list[i].waiting));
        json_object_set_new(one, "set_aside", json_integer(list[i].set_aside));
        json_object_set_new(one, "kept", json_integer(list[i].kept));
        json_array_append_new(root, one);
    }
    return root;
}

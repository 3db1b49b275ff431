/* See render.h. */
#include "cmd/render.h"

#include <assert.h>

#include "base/clock.h"

#include "base/banned.h"

#define URL_MAX ((size_t)2048)

/* clang-format off */
static const enum paint paints[STATE_COUNT] = {
    [STATE_DELIVERING]  = PAINT_WARN,
    [STATE_LINKED]      = PAINT_GOOD,
    [STATE_UNLINKED]    = PAINT_WARN,
    [STATE_FAILED]      = PAINT_BAD,
    [STATE_QUARANTINED] = PAINT_WARN,
};

static const struct { const char *what, *advice; } holds[HOLD_COUNT] = {
    [HOLD_NONE]        = { "", "" },
    [HOLD_RATE_LIMIT]  = { "Zendesk asked for a pause (429)",
                           "it goes on by itself" },
    [HOLD_CREDENTIALS] = { "Zendesk does not accept the token (401)",
                           "renew the destination's token" },
    [HOLD_FORBIDDEN]   = { "Zendesk forbids it to this token (403)",
                           "check the token's scopes, the role and the plan" },
    [HOLD_OPERATOR]    = { "paused by an operator",
                           "'afterhours resume DESTINATION' lets it go on" },
};
/* clang-format on */

enum paint render_paint(const struct submission *submission)
{
    enum state state = submission_state(submission);

    /* Of a news, what became of it; the message's state is another matter. */
    if (submission->kind == SUBMISSION_NEWS)
        state =
            submission->place == PLACE_DEAD ? STATE_FAILED : STATE_DELIVERED;
    return paints[state];
}

const char *render_state(const struct submission *submission)
{
    static const char *const of_news[] = {
        [PLACE_DUE] = "callback waiting",  [PLACE_RUN] = "callback running",
        [PLACE_DEAD] = "callback failed",  [PLACE_DONE] = "callback sent",
        [PLACE_HELD] = "callback waiting",
    };

    if (submission->kind == SUBMISSION_NEWS)
        return of_news[submission->place];
    return state_name(submission_state(submission));
}

const char *render_hold(enum hold_reason reason)
{
    assert(reason < HOLD_COUNT);
    return holds[reason].what;
}

const char *render_hold_advice(enum hold_reason reason)
{
    assert(reason < HOLD_COUNT);
    return holds[reason].advice;
}

/* What a worker will do with it. */
static const char *task_of(enum stage stage)
{
    switch (stage) {
    case STAGE_DELIVER:
        return "it is sent";
    case STAGE_RESOLVE:
        return "it is looked for in Zendesk, since its post was not answered";
    case STAGE_RECONCILE:
        return "its ticket is looked for";
    case STAGE_CALLBACK:
        return "the website's server is told";
    default:
        return "nothing";
    }
}

static void add_reason(struct buf *out, const struct submission *submission)
{
    if (submission->error)
        buf_format(out, "; last time: %s", submission->error);
}

static void next_of_due(struct buf *out, const struct submission *submission,
                        const struct tally *tally, int64_t now)
{
    bool callback = submission->stage == STAGE_CALLBACK;
    char age[OUTPUT_AGE_SIZE];

    buf_text(out, task_of(submission->stage));
    if (tally && tally->grace_ms > 0 &&
        now + tally->grace_ms > submission->due_at) {
        output_age(tally->grace_ms, age);
        buf_format(out, " in %s, since " RENDER_GRACE, age);
    } else if (submission->due_at > now) {
        output_age(submission->due_at - now, age);
        buf_format(out, " in %s", age);
    } else {
        buf_text(out, " as soon as a worker is free");
    }
    if (tally && tally->hold != HOLD_NONE &&
        (!callback || tally->hold == HOLD_OPERATOR))
        buf_format(out, ", but its destination is held: %s; %s",
                   render_hold(tally->hold), render_hold_advice(tally->hold));
    add_reason(out, submission);
}

void render_next(struct buf *out, const struct submission *submission,
                 const struct tally *tally, int64_t now)
{
    switch (submission->place) {
    case PLACE_DUE:
        next_of_due(out, submission, tally, now);
        break;
    case PLACE_RUN:
        buf_format(out, "a worker has it in hand: %s",
                   task_of(submission->stage));
        break;
    case PLACE_DEAD:
        buf_format(out, "set aside: %s; 'afterhours replay %s' tries it again",
                   submission->error ? submission->error : "no reason is known",
                   submission->id);
        break;
    case PLACE_HELD:
        buf_format(out,
                   "kept back as probable spam; 'afterhours release %s' sends "
                   "it, 'afterhours discard %s' throws it away",
                   submission->id, submission->id);
        break;
    case PLACE_DONE:
        buf_text(out, submission->ticket_id
                          ? "nothing: it is finished"
                          : "nothing: no ticket appeared in time");
        break;
    }
}

json_t *render_instant(int64_t at)
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
                            render_instant(instants[i].at));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(root, counts[i].name,
                            json_integer(counts[i].value));
}

json_t *render_json(const struct submission *submission,
                    const struct settings *settings)
{
    json_t *root = json_object();

    json_object_set_new(root, "id", json_string(submission->id));
    json_object_set_new(root, "state", json_string(render_state(submission)));
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

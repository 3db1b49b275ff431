/* What each kind of look answers, and when. See look.h. */
#include <stdio.h>
#include <string.h>

#include "answer/problems.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "intake/accepted.h"
#include "intake/links.h"
#include "intake/look.h"
#include "intake/look_inside.h"
#include "intake/state.h"
#include "web/web.h"

#include "base/banned.h"

#define ANSWER_MAX 16384
#define PAGE_MAX   65536
#define HEARTBEAT_MS                                                           \
    INT64_C(15000) /* proxies cut what is silent for longer                    \
                    */
#define UNSENT_MAX 65536
#define AWAY_RETRY "5" /* seconds */

/* The exchange leaves the look; what it is answered with is up to the caller.
 */
static struct http_exchange *release(struct look *look)
{
    struct http_exchange *exchange = look->exchange;

    http_on_gone(exchange, NULL, NULL);
    look_close(look);
    return exchange;
}

/* ---- no submission to show ---- */

static bool tell_missing(struct look *look, const struct error *err)
{
    struct http_exchange *exchange = release(look);

    if (err) {
        http_reply_header(exchange, "Retry-After", AWAY_RETRY);
        problems_answer(exchange, "queue-away", NULL);
    } else {
        problems_answer(exchange, "unknown-submission", NULL);
    }
    return true;
}

/* ---- LOOK_STATE ---- */

static void answer_state(struct look *look, const struct submission *found,
                         const char *tag)
{
    bool same = state_tag_in(look->known, tag);
    struct buf body;

    buf_init(&body, ANSWER_MAX);
    state_json(look->settings, found, &body);
    http_reply_header(look->exchange, "ETag", tag);
    http_reply_header(look->exchange, "Cache-Control", "no-store");
    if (look->waits)
        http_reply_header(look->exchange, "Preference-Applied", "wait");
    if (!same && !state_final(found))
        http_reply_header(look->exchange, "Retry-After", "2");
    if (same)
        http_reply(release(look), 304, NULL, NULL, 0);
    else
        http_reply(release(look), 200, "application/json", body.data, body.len);
    buf_clear(&body);
}

static bool tell_state(struct look *look, const struct submission *found,
                       const struct error *err)
{
    char tag[STATE_TAG_SIZE];

    if (!found)
        return tell_missing(look, err);
    state_tag(found, tag);
    if (look->waits && !look->last && !state_settled(found)) {
        /* Without a tag of its own the client waits for a change from now. */
        if (!look->base[0])
            memcpy(look->base, tag, sizeof(tag));
        if (look->known ? state_tag_in(look->known, tag)
                        : strcmp(look->base, tag) == 0)
            return false;
    }
    answer_state(look, found, tag);
    return true;
}

static const struct look_ops state_ops = {tell_state, look_hurry};

/* ---- LOOK_PAGE ---- */

static bool tell_page(struct look *look, const struct submission *found,
                      const struct error *err)
{
    struct web_status status = {.language = look->known};
    char token[LINKS_TOKEN_SIZE];
    struct buf page, poll, ticket_url;

    if (!found) {
        pages_problem(release(look), err ? "queue-away" : "unknown-submission",
                      NULL);
        return true;
    }
    buf_init(&page, PAGE_MAX);
    buf_init(&poll, ANSWER_MAX);
    buf_init(&ticket_url, ANSWER_MAX);
    links_token(look->settings, look->id, token);
    /* Relative to /s/ID, so that it works behind any prefix and name. */
    buf_text(&poll, "..");
    links_status_path(&poll, look->id, token);
    state_ticket_url(look->settings, found, &ticket_url);
    status.id = found->id;
    status.state = state_name(state_shown(found));
    status.received_at = found->received_at;
    status.ticket_id = found->ticket_id;
    status.ticket_url = ticket_url.len ? buf_str(&ticket_url) : NULL;
    status.poll_url = buf_str(&poll);
    web_status_page(&page, &status);
    pages_answer(release(look), 200, &page);
    buf_clear(&page);
    buf_clear(&poll);
    buf_clear(&ticket_url);
    return true;
}

static const struct look_ops page_ops = {tell_page, look_hurry};

/* ---- LOOK_STREAM ---- */

static void end_stream(struct look *look)
{
    http_stream_end(release(look));
}

static int64_t next_beat(const struct look *look)
{
    int64_t left = look->until - clock_boot_ms();

    if (left <= 0)
        return 1;
    return left < HEARTBEAT_MS ? left : HEARTBEAT_MS;
}

/* A heartbeat; whoever does not read is let go, and nobody stays for ever: an
 * EventSource comes back by itself, with the id of what it saw last. */
static void stream_rang(struct look *look)
{
    if (look->streaming) {
        if (http_stream_unsent(look->exchange) > UNSENT_MAX) {
            http_abort(release(look), true);
            return;
        }
        if (clock_boot_ms() >= look->until) {
            end_stream(look);
            return;
        }
        http_stream_write(look->exchange, ":\n\n", 3);
    }
    timer_start(look->timer, next_beat(look));
}

static void begin_stream(struct look *look)
{
    static const char hello[] = "retry: 3000\n\n";

    http_reply_header(look->exchange, "Cache-Control", "no-store");
    http_reply_header(look->exchange, "X-Accel-Buffering", "no");
    http_stream_begin(look->exchange, 200, "text/event-stream");
    http_stream_write(look->exchange, hello, sizeof(hello) - 1);
    look->streaming = true;
}

static void write_event(struct look *look, const struct submission *found)
{
    struct buf event;

    buf_init(&event, ANSWER_MAX);
    buf_format(&event, "event: state\nid: %u\ndata: ", found->sequence);
    state_json(look->settings, found, &event);
    buf_text(&event, "\n\n");
    http_stream_write(look->exchange, event.data, event.len);
    buf_clear(&event);
}

/* What the client has seen already by its Last-Event-ID. */
static bool seen(const struct look *look, const struct submission *found)
{
    char sequence[16];

    snprintf(sequence, sizeof(sequence), "%u", found->sequence);
    return look->known && strcmp(look->known, sequence) == 0;
}

static bool tell_stream(struct look *look, const struct submission *found,
                        const struct error *err)
{
    char tag[STATE_TAG_SIZE];

    if (!found && !look->streaming)
        return tell_missing(look, err);
    if (!found) {
        end_stream(look);
        return true;
    }
    state_tag(found, tag);
    if (!look->streaming && seen(look, found)) {
        /* 204 tells an EventSource to stop asking: nothing will come. */
        if (state_settled(found)) {
            http_reply(release(look), 204, NULL, NULL, 0);
            return true;
        }
        memcpy(look->base, tag, sizeof(tag));
    }
    if (!look->streaming)
        begin_stream(look);
    if (strcmp(look->base, tag) != 0)
        write_event(look, found);
    memcpy(look->base, tag, sizeof(tag));
    if (!look->last && !state_settled(found))
        return false;
    end_stream(look);
    return true;
}

static const struct look_ops stream_ops = {tell_stream, stream_rang};

/* ---- a post that waits ---- */

/* The promise stands whatever is found: at worst the usual answer is given. */
static bool tell_new(struct look *look, const struct submission *found,
                     const struct error *err)
{
    char tag[STATE_TAG_SIZE];

    (void)err;
    if (found && state_final(found)) {
        state_tag(found, tag);
        answer_state(look, found, tag);
        return true;
    }
    if (!look->last && found)
        return false;
    http_on_gone(look->exchange, NULL, NULL);
    accepted_answer(look->exchange, look->settings, look->id,
                    reception_rests_on(&look->intake->reception, false));
    look_close(look);
    return true;
}

static const struct look_ops new_ops = {tell_new, look_hurry};

/* ---- beginnings ---- */

void look_at(struct request *request, const char *id, enum look_kind kind,
             int64_t wait_ms)
{
    static const struct {
        const struct look_ops *ops;
        const char *header; /* what says what the client knows */
    } kinds[] = {
        [LOOK_STATE] = {&state_ops, "If-None-Match"},
        [LOOK_PAGE] = {&page_ops, "Accept-Language"},
        [LOOK_STREAM] = {&stream_ops, "Last-Event-ID"},
    };
    struct look *look =
        look_new(request->intake, request->settings, request->exchange, id);

    look->ops = kinds[kind].ops;
    look->known =
        alloc_text(http_header(request->exchange, kinds[kind].header));
    look->waits = wait_ms > 0;
    look->until = clock_boot_ms() + look->settings->limits.stream_timeout_ms;
    look_start(look, kind == LOOK_STREAM ? next_beat(look) : wait_ms);
}

void look_at_new(struct intake *intake, struct settings *settings,
                 struct http_exchange *exchange, const char *id,
                 int64_t wait_ms)
{
    struct look *look = look_new(intake, settings, exchange, id);

    look->ops = &new_ops;
    look->waits = true;
    look_start(look, wait_ms);
}

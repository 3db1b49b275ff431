/* The page that shows a visitor what has become of a message. See web.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/fill.h"
#include "web/texts.h"
#include "web/web.h"

#include "base/banned.h"

#define NUMBER_SIZE 24
#define LINK_MAX    8192
#define LIST_MAX    8192

/* How many of the three steps are done in each state. */
/* clang-format off */
static const struct phase {
    const char *state;
    int done;   /* of: received, passed on, ticket opened */
    bool final; /* nothing more will change */
} phases[] = {
    {"queued",     1, false},
    {"delivering", 1, false},
    {"delivered",  2, false},
    {"linked",     3, true},
    {"unlinked",   2, true},
    {"failed",     1, true},
};
/* clang-format on */

#define PHASES (sizeof(phases) / sizeof(*phases))

static const struct phase *phase_of(const char *state)
{
    for (size_t i = 0; i < PHASES; i++)
        if (strcmp(phases[i].state, state) == 0)
            return &phases[i];
    return &phases[0];
}

/* What the script says when the state changes. */
static void add_sentences(struct buf *out, const char *language)
{
    for (size_t i = 0; i < PHASES; i++) {
        buf_format(out, " data-%s=\"", phases[i].state);
        text_html(out, texts_state(language, phases[i].state));
        buf_char(out, '"');
    }
}

static void add_steps(struct buf *out, const char *language, int done)
{
    static const char *const steps[] = {"step_received", "step_delivered",
                                        "step_linked"};

    for (int i = 0; i < 3; i++) {
        buf_format(out, "<li class=\"%s\"%s>", i < done ? "done" : "open",
                   i == done - 1 ? " aria-current=\"step\"" : "");
        text_html(out, texts_find(language, steps[i]));
        buf_text(out, "</li>");
    }
}

static void add_ticket(struct buf *out, const struct web_status *status)
{
    if (!status->ticket_id)
        return;
    if (status->ticket_url) {
        buf_text(out, "<a rel=\"noreferrer\" href=\"");
        text_html(out, status->ticket_url);
        buf_format(out, "\">#%" PRId64 "</a>", status->ticket_id);
    } else {
        buf_format(out, "#%" PRId64, status->ticket_id);
    }
}

/* "2026-11-22 09:00 UTC"; the script says it in the visitor's own way. */
static void write_time(char text[CLOCK_TEXT_SIZE], int64_t at)
{
    char full[CLOCK_TEXT_SIZE];

    clock_format_seconds(at, full);
    snprintf(text, CLOCK_TEXT_SIZE, "%.10s %.5s UTC", full, full + 11);
}

void web_status_page(struct buf *out, const struct web_status *status)
{
    const char *language = texts_language(status->language);
    const struct phase *phase = phase_of(status->state);
    char received_at[CLOCK_TEXT_SIZE], received[CLOCK_TEXT_SIZE];
    struct buf sentences, steps, ticket;

    buf_init(&sentences, LIST_MAX);
    buf_init(&steps, LIST_MAX);
    buf_init(&ticket, LINK_MAX);
    add_sentences(&sentences, language);
    add_steps(&steps, language, phase->done);
    add_ticket(&ticket, status);
    clock_format_seconds(status->received_at, received_at);
    write_time(received, status->received_at);
    fill_file(out, "status.html", language,
              (const struct fill[]){
                  {"language", language, false},
                  {"id", status->id, false},
                  {"state", phase->state, false},
                  {"now", texts_state(language, phase->state), false},
                  {"poll", status->poll_url, false},
                  {"received_at", received_at, false},
                  {"received", received, false},
                  {"sentences", buf_str(&sentences), true},
                  {"steps", buf_str(&steps), true},
                  {"ticket", buf_str(&ticket), true},
                  {"hidden", ticket.len ? "" : " hidden", true},
                  {"refresh",
                   phase->final ? ""
                                : "<noscript><meta http-equiv=\"refresh\" "
                                  "content=\"3\"></noscript>",
                   true},
                  {NULL, NULL, false},
              });
    buf_clear(&sentences);
    buf_clear(&steps);
    buf_clear(&ticket);
}

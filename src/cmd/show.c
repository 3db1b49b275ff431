/* `afterhours show ID`: one submission's life, with the reason for each wait.
 */
#include "cmd/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/ask.h"
#include "cmd/chats_text.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "describe/describe.h"

#include "base/banned.h"

#define REFERENCE_SHOWN ((size_t)200) /* characters */
#define REFERENCE_MAX   ((size_t)4096)

/* All there is to tell. */
struct story {
    struct submission submission;
    struct history history;
    struct tally tally; /* of its destination */
    int64_t now;
};

static void story_clear(struct story *story)
{
    submission_clear(&story->submission);
    history_clear(&story->history);
}

static bool read_story(struct session *session, const char *id,
                       struct story *story, struct error *err)
{
    if (!ask_find(session, id, false, &story->submission, err))
        return false;
    if (!story->submission.id[0])
        return error_set(err, ERROR_INPUT,
                         "there is no submission '%s'; it may have been swept "
                         "or erased ('afterhours list' shows what there is)",
                         id);
    story->now = clock_wall_ms();
    return ask_history(session, id, &story->history, err) &&
           ask_tally(session, story->submission.destination, &story->tally,
                     err);
}

static void print_json(const struct story *story,
                       const struct settings *settings)
{
    json_t *root = describe_submission(&story->submission, settings);
    json_t *timeline = json_array();
    struct buf next;

    for (size_t i = 0; i < story->history.count; i++) {
        json_t *entry = json_object();

        json_object_set_new(entry, "at",
                            describe_instant(story->history.list[i].at));
        json_object_set_new(entry, "text",
                            json_string(story->history.list[i].text));
        json_array_append_new(timeline, entry);
    }
    buf_init(&next, DESCRIBE_MAX);
    describe_next(&next, &story->submission, &story->tally, story->now);
    json_object_set_new(root, "next", json_string(buf_str(&next)));
    json_object_set_new(root, "timeline", timeline);
    buf_clear(&next);
    output_json(root);
}

static void print_ticket(const struct story *story,
                         const struct settings *settings)
{
    const struct submission *submission = &story->submission;
    const struct settings_destination *destination =
        settings_destination(settings, submission->destination);
    struct buf url;

    if (!submission->ticket_id)
        return;
    buf_init(&url, DESCRIBE_MAX);
    if (destination && destination->base_url)
        settings_ticket_url(destination, destination->agent_url,
                            submission->ticket_id, &url);
    printf("ticket     %" PRId64 "  %s\n", submission->ticket_id,
           buf_str(&url));
    buf_clear(&url);
}

/* A visitor's words: nothing in them moves the cursor. */
static void print_reference(const char *reference)
{
    struct buf line;

    if (!reference)
        return;
    buf_init(&line, REFERENCE_MAX);
    chats_line(&line, reference, REFERENCE_SHOWN);
    printf("reference  %s\n", buf_str(&line));
    buf_clear(&line);
}

static void print_facts(const struct story *story,
                        const struct settings *settings)
{
    const struct submission *submission = &story->submission;

    output_painted(stdout, PAINT_NONE, submission->id);
    printf("  ");
    output_painted(stdout, output_paint(submission),
                   describe_state(submission));
    printf("\n\nform       %s, to %s\n", submission->form,
           submission->destination);
    if (submission->kind == SUBMISSION_NEWS)
        printf("tells      %s of %s\n", submission->event, submission->of);
    if (submission->chat_id)
        printf("chat       %s\n", submission->chat_id);
    print_ticket(story, settings);
    print_reference(submission->reference);
    if (submission->generation)
        printf("replayed   %u times\n", submission->generation);
    if (submission->callback != CALLBACK_NONE)
        printf("callback   %s\n", callback_state_name(submission->callback));
}

static void print_moment(int64_t at, int64_t since, const char *text)
{
    char instant[CLOCK_TEXT_SIZE], age[CLOCK_AGE_SIZE];

    clock_format_ms(at, instant);
    clock_format_age(at < since ? 0 : at - since, age);
    printf("%s  %8s  %s\n", instant, age, text);
}

static void print_timeline(const struct story *story)
{
    int64_t since = story->submission.received_at;
    struct buf next;

    printf("\n");
    print_moment(since, since, "received");
    for (size_t i = 0; i < story->history.count; i++)
        print_moment(story->history.list[i].at, since,
                     story->history.list[i].text);
    buf_init(&next, DESCRIBE_MAX);
    buf_text(&next, "now; next: ");
    describe_next(&next, &story->submission, &story->tally, story->now);
    print_moment(story->now, since, buf_str(&next));
    buf_clear(&next);
}

static bool run(struct session *session, const char *config, const char *id,
                bool json, struct error *err)
{
    struct story story = {0};
    bool ok = session_open(session, config, err) &&
              session_connect(session, err) &&
              read_story(session, id, &story, err);

    if (ok && json) {
        print_json(&story, session->settings);
    } else if (ok) {
        print_facts(&story, session->settings);
        print_timeline(&story);
    }
    story_clear(&story);
    return ok;
}

int cmd_show(int argc, char **argv)
{
    struct session session = {0};
    struct error err = {0};
    const char *config = NULL;
    bool json = false, ok;
    const struct command_option options[] = {
        {"config", &config, NULL}, {"json", NULL, &json}, {NULL, NULL, NULL}};

    if (!command_options(argc, argv, options))
        return 2;
    if (argc - optind != 1)
        return command_misused(argv[0], "give the id of one submission");
    ok = run(&session, config, argv[optind], json, &err);
    session_close(&session);
    return ok ? 0 : command_failed(argv[0], &err);
}

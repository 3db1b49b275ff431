/*
 * GET /v1/admin/submissions/{id}: everything there is of it: the facts, what
 * was written, the timeline of every attempt, and what comes next.
 */
#include "admin/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/inside.h"
#include "answer/problems.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "describe/describe.h"

#include "base/banned.h"

#define WORD_MAX 64

struct story {
    struct call call;
    struct submission submission; /* owned */
    json_t *timeline;             /* owned until it is told */
};

static void finish(struct story *story)
{
    submission_clear(&story->submission);
    json_decref(story->timeline);
    call_end(&story->call);
}

static void away(struct story *story, const struct error *err)
{
    answer_away(&story->call, err);
    finish(story);
}

/* The next word before end, or "". */
static void take_word(const char **at, const char *end, char word[WORD_MAX])
{
    size_t len;

    while (*at < end && **at == ' ')
        (*at)++;
    len = strcspn(*at, " ");
    if (len > (size_t)(end - *at))
        len = (size_t)(end - *at);
    snprintf(word, WORD_MAX, "%.*s", (int)len, *at);
    *at += len;
}

/* "status=201": a number; "next=done": a word. */
static void set_detail(json_t *root, const char *word)
{
    const char *value = strchr(word, '=');
    int64_t number;

    if (!value)
        return;
    value++;
    if (text_starts(word, "next="))
        json_object_set_new(root, "next", json_string(value));
    else if (text_starts(word, "status=") && text_int(value, 1, 999, &number))
        json_object_set_new(root, "status", json_integer(number));
    else if (text_starts(word, "took_ms=") &&
             text_int(value, 0, INT64_MAX, &number))
        json_object_set_new(root, "took_ms", json_integer(number));
}

/* "deliver unknown status=0 took_ms=20000 next=resolve: no answer came" */
static void set_parts(json_t *root, const char *text)
{
    const char *colon = strstr(text, ": ");
    const char *end = colon ? colon : text + strlen(text);
    char word[WORD_MAX];
    enum stage stage;

    take_word(&text, end, word);
    if (!stage_by_name(word, &stage))
        return;
    json_object_set_new(root, "stage", json_string(word));
    take_word(&text, end, word);
    if (text_starts(word, "submission.")) {
        json_object_set_new(root, "event", json_string(word));
        take_word(&text, end, word);
    }
    json_object_set_new(root, "outcome", json_string(word));
    for (take_word(&text, end, word); *word; take_word(&text, end, word))
        set_detail(root, word);
    if (colon)
        json_object_set_new(root, "reason", json_string(colon + 2));
}

json_t *story_attempt(const struct attempt *attempt)
{
    static const char *const names[] = {"stage",   "event", "outcome", "status",
                                        "took_ms", "next",  "reason"};
    json_t *root = json_object();

    json_object_set_new(root, "at", describe_instant(attempt->at));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        json_object_set_new(root, names[i], json_null());
    set_parts(root, attempt->text);
    json_object_set_new(root, "text", json_string(attempt->text));
    return root;
}

static json_t *message_of(const struct submission *submission)
{
    json_t *message =
        submission->message ? json_loads(submission->message, 0, NULL) : NULL;

    return message ? message : json_null();
}

static void tallied(void *context, const struct tally *tally,
                    const struct error *err)
{
    struct story *story = context;
    const struct submission *submission = &story->submission;
    struct buf next;
    json_t *root;

    if (err) {
        away(story, err);
        return;
    }
    buf_init(&next, DESCRIBE_MAX);
    describe_next(&next, submission, tally, clock_wall_ms());
    root = describe_submission(submission, story->call.settings);
    json_object_set_new(root, "message", message_of(submission));
    json_object_set_new(root, "next", json_string(buf_str(&next)));
    json_object_set(root, "timeline", story->timeline);
    answer_json(story->call.exchange, 200, root);
    buf_clear(&next);
    finish(story);
}

static void remembered(void *context, const struct attempt *list, size_t count,
                       const struct error *err)
{
    struct story *story = context;

    if (err) {
        away(story, err);
        return;
    }
    story->timeline = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(story->timeline, story_attempt(&list[i]));
    queue_tally(story->call.admin->queue, story->submission.destination,
                tallied, story);
}

static void found(void *context, const struct submission *submission,
                  const struct error *err)
{
    struct story *story = context;

    if (err) {
        away(story, err);
    } else if (!submission) {
        problems_answer(story->call.exchange, "no-such-submission", NULL);
        finish(story);
    } else {
        submission_copy(&story->submission, submission);
        queue_attempts(story->call.admin->queue, submission->id, remembered,
                       story);
    }
}

void get_submission(struct request *request)
{
    struct story *story = call_begin(request, sizeof(*story));

    queue_find(request->admin->queue, request->name, true, found, story);
}

/*
 * A person's word on one submission (erase, release, discard), on one person
 * (erasure by the address) and on a destination (pause, resume).
 */
#include <stdlib.h>
#include <string.h>

#include "admin/inside.h"
#include "answer/problems.h"
#include "base/email.h"
#include "base/text.h"
#include "describe/describe.h"

#include "base/banned.h"

#define STRANGER_MAX 64 /* bytes of a name worth repeating */

typedef void queue_move(struct queue *queue, const char *id,
                        queue_count_done *done, void *context);

struct move {
    struct call call;
    const char *action;  /* static; for the log */
    const char *problem; /* static; when it was not where it is moved from */
};

static void log_count(const struct move *move, const char *target, size_t count)
{
    struct log_line line;

    log_change(&line, &move->call, move->action, target);
    log_int(&line, "count", (int64_t)count);
    log_end(&line);
}

static void moved(void *context, size_t count, const struct error *err)
{
    struct move *move = context;

    if (err) {
        answer_away(&move->call, err);
    } else if (!count) {
        problems_answer(move->call.exchange, move->problem, NULL);
    } else {
        log_count(move, move->call.name, count);
        http_reply_header(move->call.exchange, "Cache-Control", "no-store");
        http_reply(move->call.exchange, 204, NULL, NULL, 0);
    }
    call_end(&move->call);
}

static void begin(struct request *request, queue_move *how, const char *action,
                  const char *problem)
{
    struct move *move = call_begin(request, sizeof(*move));

    move->action = action;
    move->problem = problem;
    how(request->admin->queue, request->name, moved, move);
}

void delete_submission(struct request *request)
{
    begin(request, queue_forget, "erase", "no-such-submission");
}

void post_release(struct request *request)
{
    begin(request, queue_release, "release", "not-quarantined");
}

void post_discard(struct request *request)
{
    begin(request, queue_discard, "discard", "not-quarantined");
}

/* The log does not say whose data it was: it would keep what was erased. */
static void erased(void *context, size_t count, const struct error *err)
{
    struct move *move = context;
    json_t *root;

    log_count(move, "a person", count);
    if (err) {
        answer_away(&move->call, err);
    } else {
        root = json_object();
        json_object_set_new(root, "erased", json_integer((json_int_t)count));
        answer_json(move->call.exchange, 200, root);
    }
    call_end(&move->call);
}

/* A member that is not there, named if it can be; the name is root's. */
static const char *stranger_in(json_t *root)
{
    const char *name;
    json_t *value;

    json_object_foreach(root, name, value)
    {
        if (strcmp(name, "email") == 0)
            continue;
        return strlen(name) <= STRANGER_MAX && text_clean(name, strlen(name))
                   ? name
                   : "?";
    }
    return NULL;
}

static bool read_email(json_t *root, char address[EMAIL_SIZE],
                       struct complaints *complaints)
{
    const json_t *email = json_object_get(root, "email");
    const char *text = json_string_value(email), *why;
    const char *stranger = stranger_in(root);

    if (!email)
        complaints_add(complaints, "email", "required",
                       "Give the address of the person.");
    else if (!text)
        complaints_add(complaints, "email", "invalid", "Write it as text.");
    else if (!email_read(text, address, &why))
        complaints_add(complaints, "email", "invalid", "%s", why);
    if (stranger)
        complaints_add(complaints, stranger, "unknown",
                       "There is no other member than email.");
    return complaints->count == 0;
}

void post_erasure(struct request *request)
{
    struct complaints complaints = {.count = 0};
    json_t *root = body_read(request->exchange);
    char address[EMAIL_SIZE];
    struct move *move;

    if (!root)
        return;
    if (read_email(root, address, &complaints)) {
        move = call_begin(request, sizeof(*move));
        move->action = "erase_person";
        queue_forget_email(request->admin->queue, address, erased, move);
    } else {
        answer_fields(request->exchange, &complaints);
    }
    complaints_clear(&complaints);
    json_decref(root);
}

static void tallied(void *context, const struct tally *tally,
                    const struct error *err)
{
    struct move *move = context;

    if (err)
        answer_away(&move->call, err);
    else
        answer_json(move->call.exchange, 200,
                    describe_tally(move->call.name, tally));
    call_end(&move->call);
}

static void turned(void *context, const struct error *err)
{
    struct move *move = context;
    struct log_line line;

    if (err) {
        answer_away(&move->call, err);
        call_end(&move->call);
        return;
    }
    log_change(&line, &move->call, move->action, move->call.name);
    log_end(&line);
    queue_tally(move->call.admin->queue, move->call.name, tallied, move);
}

/* NULL: there is no such destination; answered already. */
static struct move *begin_turn(struct request *request, const char *action)
{
    struct move *move;

    if (!settings_destination(request->admin->settings, request->name)) {
        problems_answer(request->exchange, "unknown-destination", NULL);
        return NULL;
    }
    move = call_begin(request, sizeof(*move));
    move->action = action;
    return move;
}

void post_pause(struct request *request)
{
    struct move *move = begin_turn(request, "pause");

    if (move)
        queue_hold(request->admin->queue, request->name, HOLD_OPERATOR, 0,
                   turned, move);
}

void post_resume(struct request *request)
{
    struct move *move = begin_turn(request, "resume");

    if (move)
        queue_resume(request->admin->queue, request->name, turned, move);
}

/*
 * One replay, and all of them: how far they are, what became of each item, and
 * a person's word: pause, resume, another rate, stop.
 */
#include <stdlib.h>

#include "admin/inside.h"
#include "answer/problems.h"
#include "describe/describe.h"

#include "base/banned.h"

#define LISTED 100

struct looking {
    struct call call;
    const char *action; /* for the log; NULL: nothing was changed */
    struct replay replay;
    struct replay_follow *follow; /* owned; NULL: its items are not told of */
};

static void finish(struct looking *looking)
{
    replay_follow_free(looking->follow);
    call_end(&looking->call);
}

static void log_word(const struct looking *looking, const struct replay *replay)
{
    struct log_line line;

    log_change(&line, &looking->call, looking->action, replay->id);
    log_int(&line, "done", replay->done);
    log_int(&line, "rate", replay->rate);
    log_end(&line);
}

static void found(void *context, const struct replay *replay,
                  const struct error *err)
{
    struct looking *looking = context;
    struct call *call = &looking->call;

    if (err) {
        answer_away(call, err);
    } else if (!replay) {
        problems_answer(call->exchange, "unknown-replay", NULL);
    } else {
        if (looking->action)
            log_word(looking, replay);
        answer_json(call->exchange, 200, describe_replay(replay));
    }
    finish(looking);
}

/* Until each was read once. */
static void followed(void *context, const struct replay_fates *fates,
                     const struct error *err)
{
    struct looking *looking = context;
    json_t *root;

    if (err) {
        answer_away(&looking->call, err);
        finish(looking);
    } else if (fates->counts[FATE_UNREAD] && !fates->forgotten) {
        replay_follow_look(looking->follow, looking->replay.done, followed,
                           looking);
    } else {
        root = describe_replay(&looking->replay);
        json_object_set_new(root, "became", describe_fates(fates));
        answer_json(looking->call.exchange, 200, root);
        finish(looking);
    }
}

static void found_to_follow(void *context, const struct replay *replay,
                            const struct error *err)
{
    struct looking *looking = context;

    if (err || !replay) {
        found(looking, replay, err);
        return;
    }
    looking->replay = *replay;
    looking->follow = replay_follow_new(looking->call.admin->queue, replay->id);
    replay_follow_look(looking->follow, replay->done, followed, looking);
}

void get_replay(struct request *request)
{
    struct looking *looking = call_begin(request, sizeof(*looking));

    queue_find_replay(request->admin->queue, request->name, found_to_follow,
                      looking);
}

static void changed(void *context, size_t count, const struct error *err)
{
    struct looking *looking = context;

    if (err) {
        answer_away(&looking->call, err);
        finish(looking);
        return;
    }
    if (!count)
        looking->action = NULL;
    queue_find_replay(looking->call.admin->queue, looking->call.name, found,
                      looking);
}

/* One that this cannot be said of stays as it is. */
static void change(struct request *request, const char *action,
                   queue_move *move)
{
    struct looking *looking = call_begin(request, sizeof(*looking));

    looking->action = action;
    move(request->admin->queue, request->name, changed, looking);
}

void delete_replay(struct request *request)
{
    change(request, "stop_replay", queue_stop_replay);
}

void post_pause_replay(struct request *request)
{
    change(request, "pause_replay", queue_pause_replay);
}

void post_resume_replay(struct request *request)
{
    change(request, "resume_replay", queue_resume_replay);
}

/* {"rate": 30}; null: as fast as it goes. */
static void read_rate(const json_t *root, unsigned *rate,
                      struct complaints *complaints)
{
    const json_t *value = json_object_get(root, "rate");

    if (json_object_size(root) > (value ? 1 : 0))
        complaints_add(complaints, "rate", "unknown",
                       "Nothing but a rate can be changed.");
    else if (!value)
        complaints_add(complaints, "rate", "required",
                       "Write how many a minute, or null.");
    else if (!json_is_null(value))
        body_rate(rate, value, complaints);
}

void post_rate_replay(struct request *request)
{
    struct complaints complaints = {.count = 0};
    json_t *root = body_read(request->exchange);
    struct looking *looking;
    unsigned rate = 0;

    if (!root)
        return;
    read_rate(root, &rate, &complaints);
    json_decref(root);
    if (complaints.count) {
        answer_fields(request->exchange, &complaints);
    } else {
        looking = call_begin(request, sizeof(*looking));
        looking->action = "rate_replay";
        queue_rate_replay(request->admin->queue, request->name, rate, changed,
                          looking);
    }
    complaints_clear(&complaints);
}

static void listed(void *context, const struct replay *list, size_t count,
                   const struct error *err)
{
    struct looking *looking = context;
    json_t *root, *rows;

    if (err) {
        answer_away(&looking->call, err);
    } else {
        root = json_object();
        rows = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(rows, describe_replay(&list[i]));
        json_object_set_new(root, "replays", rows);
        answer_json(looking->call.exchange, 200, root);
    }
    finish(looking);
}

void get_replays(struct request *request)
{
    struct looking *looking = call_begin(request, sizeof(*looking));

    queue_list_replays(request->admin->queue, LISTED, listed, looking);
}

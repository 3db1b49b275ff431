/* GET and DELETE /v1/admin/replays/{id}: how far it is, and stopping it. */
#include <stdlib.h>

#include "admin/inside.h"
#include "answer/problems.h"
#include "describe/describe.h"

#include "base/banned.h"

struct looking {
    struct call call;
    size_t stopped;
};

json_t *replay_json(const struct replay *replay)
{
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {
        {"total", replay->total},
        {"done", replay->done},
        {"replayed", replay->replayed},
        {"skipped", replay->done - replay->replayed},
    };
    json_t *root = json_object();

    json_object_set_new(root, "id", json_string(replay->id));
    json_object_set_new(root, "state",
                        json_string(replay_state_name(replay->state)));
    json_object_set_new(root, "by", json_string(replay->by));
    json_object_set_new(
        root, "rate", replay->rate ? json_integer(replay->rate) : json_null());
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(root, counts[i].name,
                            json_integer(counts[i].value));
    json_object_set_new(root, "started_at",
                        describe_instant(replay->started_at));
    json_object_set_new(root, "updated_at",
                        describe_instant(replay->updated_at));
    json_object_set_new(root, "ended_at", describe_instant(replay->ended_at));
    return root;
}

static void found(void *context, const struct replay *replay,
                  const struct error *err)
{
    struct looking *looking = context;
    struct call *call = &looking->call;
    struct log_line line;

    if (err) {
        answer_away(call, err);
    } else if (!replay) {
        problems_answer(call->exchange, "unknown-replay", NULL);
    } else {
        if (looking->stopped) {
            log_change(&line, call, "stop_replay", replay->id);
            log_int(&line, "done", replay->done);
            log_end(&line);
        }
        answer_json(call->exchange, 200, replay_json(replay));
    }
    call_end(call);
}

void get_replay(struct request *request)
{
    struct looking *looking = call_begin(request, sizeof(*looking));

    queue_find_replay(request->admin->queue, request->name, found, looking);
}

static void stopped(void *context, size_t count, const struct error *err)
{
    struct looking *looking = context;

    if (err) {
        answer_away(&looking->call, err);
        call_end(&looking->call);
        return;
    }
    looking->stopped = count;
    queue_find_replay(looking->call.admin->queue, looking->call.name, found,
                      looking);
}

/* One that has ended stays as it is. */
void delete_replay(struct request *request)
{
    struct looking *looking = call_begin(request, sizeof(*looking));

    queue_stop_replay(request->admin->queue, request->name, stopped, looking);
}

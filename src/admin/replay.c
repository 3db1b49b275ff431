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
        answer_json(call->exchange, 200, describe_replay(replay));
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

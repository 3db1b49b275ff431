/* A replay of many, as JSON. */
#include "describe/describe.h"

#include "base/banned.h"

json_t *describe_replay(const struct replay *replay)
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

json_t *describe_fates(const struct replay_fates *fates)
{
    json_t *root = json_object();

    if (fates->forgotten) {
        json_decref(root);
        return json_null();
    }
    for (size_t i = FATE_WAITING; i < FATE_COUNT; i++)
        json_object_set_new(root, replay_fate_name((enum replay_fate)i),
                            json_integer(fates->counts[i]));
    json_object_set_new(root, "found", json_integer(fates->found));
    return root;
}

/* `afterhours chats delete ID ...`: looks, asks, deletes fifty at a time. */
#include "cmd/chats_fetch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

/* Those of ids that are not among missing; owned by the caller. */
static json_t *without(const json_t *ids, const json_t *missing)
{
    struct chats_seen gone = {0};
    json_t *left = json_array();
    size_t index;
    json_t *id;

    json_array_foreach(missing, index, id)
    {
        chats_seen_add(&gone, json_string_value(id));
    }
    json_array_foreach(ids, index, id)
    {
        if (chats_seen_add(&gone, json_string_value(id)))
            json_array_append(left, id);
    }
    chats_seen_clear(&gone);
    return left;
}

static bool delete_some(struct chats_link *link, const char *const *ids,
                        size_t count, struct error *err)
{
    struct http_request request;
    struct http_response answer;
    bool ok;

    if (count == 1)
        chat_request_delete(&request, &link->endpoint, ids[0]);
    else
        chat_request_delete_ids(&request, &link->endpoint, ids, count);
    /* 404: somebody else was faster, or an answer of ours was lost. */
    ok = chats_ask(link, &request, &answer, err);
    if (ok && answer.status == 404 && count > 1)
        ok = chats_explain(link, &answer, err);
    http_response_clear(&answer);
    return ok;
}

static bool delete_all(struct chats_link *link, const json_t *ids,
                       struct error *err)
{
    const char *batch[CHAT_IDS_MAX];
    size_t done = 0, count;

    while ((count = chats_batch(ids, done, batch)) > 0) {
        if (!delete_some(link, batch, count, err))
            return error_prefix(err, "after %zu of %zu", done,
                                json_array_size(ids));
        done += count;
        chats_progress_set(&link->progress, done,
                           (int64_t)json_array_size(ids));
    }
    return true;
}

/* A person's yes, once the chats were shown. */
static bool confirmed(size_t count, struct error *err)
{
    char line[16] = "";

    if (count == 1)
        printf("Delete this chat for good? [y/N] ");
    else
        printf("Delete these %zu chats for good? [y/N] ", count);
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y'))
        return true;
    return error_set(err, ERROR_FAILED, "nothing was deleted");
}

bool chats_delete_check(const struct chats_options *options, struct error *err)
{
    if (!chats_some(options, err))
        return false;
    if (options->yes || (isatty(STDIN_FILENO) && !options->json))
        return true;
    return error_set(err, ERROR_USAGE,
                     "there is nobody to ask: add --yes to delete %zu chats",
                     options->count);
}

/* What is there; unless --yes, it is shown. */
static bool look(struct chats_link *link, const json_t *ids, json_t *missing,
                 struct error *err)
{
    struct chats_out out;
    bool ok;

    if (link->options->yes)
        return chats_fetch(link, ids, NULL, missing, err);
    chats_out_begin(&out, link, false);
    ok = chats_fetch(link, ids, &out, missing, err);
    chats_out_end(&out, false, false);
    return ok;
}

static void print_deleted(const struct chats_link *link, json_t *deleted,
                          json_t *missing)
{
    if (link->options->json)
        output_json(
            json_pack("{s:O, s:O}", "deleted", deleted, "missing", missing));
    else
        printf("%zu deleted.\n", json_array_size(deleted));
}

static bool delete_wanted(struct chats_link *link, const json_t *ids,
                          json_t *missing, struct error *err)
{
    json_t *there;
    bool ok = look(link, ids, missing, err);

    if (!ok)
        return false;
    there = without(ids, missing);
    if (json_array_size(there) > 0)
        ok = (link->options->yes || confirmed(json_array_size(there), err)) &&
             delete_all(link, there, err);
    chats_progress_clear(&link->progress);
    if (ok)
        print_deleted(link, there, missing);
    json_decref(there);
    return ok && chats_say_missing(missing, err);
}

bool chats_delete(struct chats_link *link, const struct chats_options *options,
                  struct error *err)
{
    json_t *ids = chats_wanted(options), *missing = json_array();
    bool ok = delete_wanted(link, ids, missing, err);

    json_decref(missing);
    json_decref(ids);
    return ok;
}

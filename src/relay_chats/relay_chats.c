/* Who may ask, and what a call needs on its way. See relay_chats.h. */
#include "relay_chats/relay_chats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "relay_chats/inside.h"

#include "base/banned.h"

static const struct chat_store_ops ops = {
    .create = relay_create,
    .get = relay_get,
    .list = relay_list,
    .search = relay_search,
    .update = relay_update,
    .remove = relay_remove,
    .changes = relay_changes,
};

/* All are compared, so that the time does not tell which it is. */
static const struct settings_api_key *find_key(const struct settings *settings,
                                               const char *token)
{
    const struct settings_api_key *found = NULL;

    for (size_t i = 0; i < settings->api.key_count; i++)
        if (secret_equal(&settings->api.keys[i].key, token, strlen(token)))
            found = &settings->api.keys[i];
    return found;
}

/* The same pointer for the same name. */
static const char *name_for_ever(struct relay_chats *chats, const char *name)
{
    for (size_t i = 0; i < chats->name_count; i++)
        if (strcmp(chats->names[i], name) == 0)
            return chats->names[i];
    chats->names = alloc_resize(chats->names, chats->name_count + 1,
                                sizeof(*chats->names));
    chats->names[chats->name_count] = alloc_text(name);
    return chats->names[chats->name_count++];
}

static struct chat_access authorize(void *context, const char *token)
{
    static const enum chat_role roles[] = {
        [API_ROLE_OWNER] = CHAT_ROLE_OWNER,
        [API_ROLE_ADMINISTRATOR] = CHAT_ROLE_ADMINISTRATOR,
        [API_ROLE_AGENT] = CHAT_ROLE_AGENT,
    };
    struct relay_chats *chats = context;
    const struct settings_api_key *key =
        token ? find_key(chats->settings, token) : NULL;

    if (!key)
        return (struct chat_access){.status = 401};
    return (struct chat_access){
        .role = roles[key->role],
        .read = key->can_read || key->can_chat,
        .write = key->can_write || key->can_chat,
        .who = name_for_ever(chats, key->name),
    };
}

static void copy_base_url(struct relay_chats *chats)
{
    snprintf(chats->base_url, sizeof(chats->base_url), "%s",
             chats->settings->public_url);
}

struct relay_chats *relay_chats_new(struct settings *settings,
                                    struct queue *queue)
{
    struct relay_chats *chats = NEW(struct relay_chats);
    const struct chat_api_options options = {
        .ops = &ops,
        .store = chats,
        .base_url = chats->base_url,
        .limit_per_minute = settings->api.rate_limit,
        .authorize = authorize,
        .context = chats,
    };

    chats->reception.queue = queue;
    chats->settings = settings_hold(settings);
    copy_base_url(chats);
    chats->api = chat_api_new(&options);
    return chats;
}

static void end_when_over(struct relay_chats *chats)
{
    if (!chats->over || chats->open)
        return;
    chat_api_free(chats->api);
    settings_release(chats->settings);
    for (size_t i = 0; i < chats->name_count; i++)
        free(chats->names[i]);
    free(chats->names);
    free(chats);
}

void relay_chats_free(struct relay_chats *chats)
{
    if (!chats)
        return;
    chats->over = true;
    end_when_over(chats);
}

void relay_chats_use_settings(struct relay_chats *chats,
                              struct settings *settings)
{
    struct settings *old = chats->settings;

    chats->settings = settings_hold(settings);
    settings_release(old);
    copy_base_url(chats);
    chat_api_use_limit(chats->api, settings->api.rate_limit);
}

void relay_chats_use_journal(struct relay_chats *chats, struct journal *journal)
{
    chats->reception.journal = journal;
}

bool relay_chats_is(const struct http_exchange *exchange)
{
    return chat_api_call(exchange) != CHAT_CALL_NONE;
}

void relay_chats_handle(struct relay_chats *chats,
                        struct http_exchange *exchange)
{
    chat_api_handle(chats->api, exchange, NULL);
}

/* It was let in by these settings, in this very request. */
static const struct settings_form *form_of(const struct settings *settings,
                                           const char *name)
{
    size_t i = 0;

    while (strcmp(settings->api.keys[i].name, name) != 0)
        i++;
    return settings_form(settings, settings->api.keys[i].form);
}

void job_begin(struct job *job, struct relay_chats *chats,
               const struct chat_access *access, chat_store_done *done,
               void *context)
{
    job->chats = chats;
    job->settings = settings_hold(chats->settings);
    job->form = form_of(chats->settings, access->who);
    job->done = done;
    job->context = context;
    chats->open++;
}

void job_end(struct job *job, const struct chat_found *found)
{
    struct relay_chats *chats = job->chats;

    job->done(job->context, found);
    settings_release(job->settings);
    free(job);
    chats->open--;
    end_when_over(chats);
}

void job_fail(struct job *job, enum chat_store_fate fate)
{
    job_end(job, &(struct chat_found){.fate = fate});
}

enum chat_store_fate job_fate(const struct error *err)
{
    return err->kind == ERROR_INPUT ? CHAT_STORE_LARGE : CHAT_STORE_AWAY;
}

/* One destination's token: asked for, kept, and asked for again. See desk.h. */
#include "access/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#include "base/banned.h"

#define SOON_MS 1000 /* after Redis could not say */
#define MORE_MS 2000 /* of a lease, beyond twice the time of the request */

/* Of the texts, each with its end, so that none runs into the next. */
void desk_digest(char out[DESK_NAME_SIZE], const char *const *texts,
                 size_t count)
{
    unsigned char bytes[CRYPTO_DIGEST_SIZE];
    struct buf all;

    buf_init(&all, (size_t)64 * 1024);
    for (size_t i = 0; i < count; i++)
        buf_add(&all, texts[i], strlen(texts[i]) + 1);
    crypto_sha256(buf_str(&all), all.len, bytes);
    crypto_hex(bytes, (DESK_NAME_SIZE - 1) / 2, out);
    if (all.data)
        crypto_wipe(all.data, all.len);
    buf_clear(&all);
}

static void name_chain(const struct settings_destination *destination,
                       char chain[DESK_NAME_SIZE])
{
    const struct settings_oauth *oauth = &destination->oauth;
    const char *const texts[] = {oauth->client_id, oauth->refresh_token.bytes};

    desk_digest(chain, texts, sizeof(texts) / sizeof(texts[0]));
}

static void name_client(const struct settings_destination *destination,
                        char by[DESK_NAME_SIZE])
{
    const struct settings_oauth *oauth = &destination->oauth;
    const char *const texts[] = {destination->base_url, oauth->client_id,
                                 oauth->client_secret.bytes, oauth->scope};

    desk_digest(by, texts, sizeof(texts) / sizeof(texts[0]));
}

static void desk_dispose(struct desk *desk)
{
    timer_free(desk->timer);
    secret_clear(&desk->token);
    secret_clear(&desk->refresh);
    chat_token_clear(&desk->fresh);
    settings_release(desk->settings);
    free(desk);
}

bool desk_still_open(struct desk *desk)
{
    desk->open--;
    if (!desk->closed)
        return true;
    if (desk->open == 0)
        desk_dispose(desk);
    return false;
}

void desk_tell(const struct desk *desk, enum access_event event,
               const char *why)
{
    const struct access_told told = {desk->name, event, why};

    if (!desk->retired)
        desk->options->tell(desk->options->context, &told);
}

void desk_wish(const struct desk *desk, struct access_wish *wish)
{
    *wish = (struct access_wish){
        .destination = desk->name,
        .chain = desk->chain,
        .by = desk->by,
        .lock = desk->lock,
        .doubted = desk->doubted,
        .lease_ms = 2 * desk->destination->request_timeout_ms + MORE_MS,
    };
}

bool desk_ready(const struct desk *desk)
{
    return secret_present(&desk->token) && desk->number > desk->doubted &&
           (!desk->until || clock_boot_ms() < desk->until);
}

/* What Redis says of the token; true: there is another one to use. */
static bool learn(struct desk *desk, const struct access_grant *grant)
{
    bool other = grant->token && (grant->number != desk->number ||
                                  !secret_present(&desk->token));

    secret_clear(&desk->token);
    if (grant->token)
        secret_set(&desk->token, grant->token, strlen(grant->token));
    desk->until = grant->left_ms ? desk->asked_at + grant->left_ms : 0;
    desk->number = grant->number;
    return other;
}

static void given(void *context, const struct access_grant *grant,
                  const struct error *err)
{
    struct desk *desk = context;
    bool was_refused = desk->refused;

    if (!desk_still_open(desk) || desk->retired)
        return;
    if (err) {
        desk_look_in(desk, SOON_MS);
        return;
    }
    desk->refused = grant->kind == ACCESS_REFUSED;
    if (learn(desk, grant))
        desk_tell(desk, ACCESS_EVENT_CHANGED, NULL);
    if (desk->refused && !was_refused)
        desk_tell(desk, ACCESS_EVENT_REFUSED, grant->why);
    if (grant->kind == ACCESS_YOURS) {
        desk->spending = grant->number;
        desk->tries = grant->tries;
        refresh_begin(desk, grant->refresh);
    } else {
        desk_look_in(desk, grant->ask_ms);
    }
}

bool desk_idle(const struct desk *desk)
{
    return desk->open == 0 && !desk->call && !desk->storing;
}

static void look(void *context)
{
    struct desk *desk = context;
    unsigned char bytes[(DESK_NAME_SIZE - 1) / 2];
    struct access_wish wish;

    if (desk->storing && desk->open == 0)
        refresh_store(desk);
    if (!desk_idle(desk) || desk->paused || desk->retired)
        return;
    crypto_random(bytes, sizeof(bytes));
    crypto_hex(bytes, sizeof(bytes), desk->lock);
    desk->asked_at = clock_boot_ms();
    desk_wish(desk, &wish);
    desk->open++;
    queue_access_take(desk->options->queue, &wish, given, desk);
}

void desk_look_in(struct desk *desk, int64_t ms)
{
    timer_start(desk->timer, ms);
}

struct desk *desk_new(const struct access_options *options,
                      struct settings *settings,
                      const struct settings_destination *destination)
{
    struct desk *desk = NEW(struct desk);

    desk->options = options;
    desk->settings = settings_hold(settings);
    desk->destination = destination;
    snprintf(desk->name, sizeof(desk->name), "%s", destination->name);
    name_chain(destination, desk->chain);
    name_client(destination, desk->by);
    desk->timer = timer_new(options->loop, look, desk);
    desk_look_in(desk, 0);
    return desk;
}

void desk_free(struct desk *desk)
{
    if (!desk)
        return;
    desk->retired = desk->closed = true;
    if (desk->call)
        http_call_cancel(desk->call);
    desk->call = NULL;
    timer_stop(desk->timer);
    if (desk->open == 0)
        desk_dispose(desk);
}

void desk_retire(struct desk *desk)
{
    desk->retired = true;
    if (!desk->storing)
        timer_stop(desk->timer);
}

bool desk_use_settings(struct desk *desk, struct settings *settings)
{
    const struct settings_destination *destination =
        settings_destination(settings, desk->name);
    char chain[DESK_NAME_SIZE];

    name_chain(destination, chain);
    if (strcmp(chain, desk->chain) != 0)
        return false;
    settings_hold(settings);
    settings_release(desk->settings);
    desk->settings = settings;
    desk->destination = destination;
    name_client(destination, desk->by);
    if (desk_idle(desk))
        desk_look_in(desk, 0);
    return true;
}

void desk_pause(struct desk *desk)
{
    desk->paused = true;
}

bool desk_busy(const struct desk *desk)
{
    return desk->call || desk->storing;
}

void desk_doubt(struct desk *desk, int64_t number)
{
    if (number != desk->number || number <= desk->doubted)
        return;
    desk->doubted = number;
    if (desk_idle(desk))
        desk_look_in(desk, 0);
}

/* Where to, and with which token. See chats_target.h. */
#include "cmd/chats_target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "cmd/shared_token.h"
#include "config/read_file.h"
#include "config/settings.h"
#include "net/url.h"

#include "base/banned.h"

#define TOKEN_NAME "AFTERHOURS_CHATS_TOKEN"
#define TOKEN_MAX  ((size_t)4096)
#define URL_MAX    ((size_t)2048)

#define USUAL_RATE       200 /* requests a minute; Zendesk's limit */
#define USUAL_TIMEOUT_MS INT64_C(30000)

/* Pages of forty chats may take longer than one message to be created. */
#define LEAST_TIMEOUT_MS INT64_C(15000)

static bool read_token(const char *path, struct secret *token,
                       struct error *err)
{
    struct buf text;
    bool ok;

    buf_init(&text, TOKEN_MAX);
    ok = read_secret_file(path, &text, NULL, err) ||
         error_prefix(err, "%s", path);
    if (ok)
        secret_set(token, text.data, text.len);
    if (text.data)
        crypto_wipe(text.data, text.len);
    buf_clear(&text);
    return ok;
}

/* The one that its workers use, as they would get it: not the one that we have.
 */
static bool get_shared(struct chats_link *link, struct secret *token,
                       struct error *err)
{
    struct http_client *client;
    struct shared_trouble trouble;
    bool ok;

    if (!link->session.queue && !session_connect(&link->session, err))
        return error_prefix(err,
                            "the token of the destination '%s' is in "
                            "Redis, or give --token-file",
                            link->shared->name);
    client = http_client_new(link->session.loop, 1);
    ok = shared_token_get(&link->session, client, link->shared, &link->token,
                          token, &trouble);
    http_client_free(client);
    return ok || error_set(err, ERROR_UNAVAILABLE,
                           "there is no access token for the destination "
                           "'%s': %s; 'afterhours check' says what to do, or "
                           "give --token-file",
                           link->shared->name, trouble.why);
}

static bool find_token(struct chats_link *link,
                       const struct settings_destination *destination,
                       struct error *err)
{
    const char *given = link->options->token_file;
    const char *variable = getenv(TOKEN_NAME);
    struct secret token = {0};
    struct lacking unread;
    bool ok;

    if (given) {
        link->token_file = alloc_text(given);
        return read_token(given, &link->token, err) ||
               error_prefix(err, "--token-file");
    }
    if (destination &&
        settings_unread(link->session.settings, destination->name, 0, &unread))
        return error_set(err, ERROR_CONFIG, "%s: %s", unread.setting,
                         unread.why);
    if (destination && settings_uses_oauth(destination)) {
        link->shared = destination;
        ok = get_shared(link, &token, err);
        secret_copy(&link->token, &token);
        secret_clear(&token);
        return ok;
    }
    if (destination) {
        secret_copy(&link->token, &destination->token);
        link->token_file = alloc_text(destination->token_file);
    } else if (variable && *variable) {
        secret_set(&link->token, variable, strlen(variable));
    }
    return true;
}

/* http or https, a host, perhaps a path; without the slash at its end. */
static bool take_url(struct chats_link *link, const char *text,
                     struct error *err)
{
    struct url url = {0};
    size_t len = strlen(text);
    bool ok = url_parse(text, &url, err);

    if (!ok)
        error_prefix(err, "--url");
    else if (len > URL_MAX || strncasecmp(text, "http", 4) != 0 || url.user ||
             url.query || strpbrk(text, "?#"))
        ok = error_set(err, ERROR_USAGE,
                       "--url: write http://HOST:PORT or https://HOST");
    url_clear(&url);
    while (len && text[len - 1] == '/')
        len--;
    if (ok)
        link->base_url = alloc_text_n(text, len);
    else if (err)
        err->kind = ERROR_USAGE;
    return ok;
}

static bool find_url(struct chats_link *link, struct error *err)
{
    const struct chats_options *options = link->options;

    session_open_bare(&link->session);
    link->endpoint.ca = options->ca;
    link->endpoint.timeout_ms = USUAL_TIMEOUT_MS;
    chats_pace_init(&link->pace, options->by_rate ? options->rate : USUAL_RATE);
    return take_url(link, options->url, err) && find_token(link, NULL, err);
}

/* The one of that name, else the first. */
static const struct settings_destination *
pick_destination(const struct settings *settings, const char *name,
                 struct error *err)
{
    const struct settings_destination *found = settings->destinations;

    if (name)
        found = settings_destination(settings, name);
    if (!found)
        error_set(err, ERROR_USAGE,
                  "the settings have no destination '%s'; 'afterhours config "
                  "print' shows what they have",
                  name ? name : "default");
    else if (!found->base_url)
        error_set(err, ERROR_CONFIG,
                  "the destination '%s' has no address: set "
                  "AFTERHOURS_ZENDESK_SUBDOMAIN and AFTERHOURS_ZENDESK_TOKEN, "
                  "run 'afterhours up --sandbox', or give --url",
                  found->name);
    else
        return found;
    return NULL;
}

/* What deliveries need is left to them. */
static unsigned usual_rate(const struct settings_destination *destination)
{
    unsigned budget = destination->budget_per_minute;
    unsigned rate = (unsigned)((double)budget * (1 - destination->reserve));

    return budget && !rate ? 1 : rate;
}

static bool find_destination(struct chats_link *link, struct error *err)
{
    const struct chats_options *options = link->options;
    const struct settings_destination *found;

    if (!session_load(&link->session, options->config, err))
        return false;
    found = pick_destination(link->session.settings, options->destination, err);
    if (!found)
        return false;
    link->base_url = alloc_text(found->base_url);
    link->endpoint.ca = options->ca ? options->ca : found->ca;
    link->endpoint.timeout_ms = found->request_timeout_ms > LEAST_TIMEOUT_MS
                                    ? found->request_timeout_ms
                                    : LEAST_TIMEOUT_MS;
    chats_pace_init(&link->pace,
                    options->by_rate ? options->rate : usual_rate(found));
    return find_token(link, found, err);
}

bool chats_target_find(struct chats_link *link, struct error *err)
{
    bool ok =
        link->options->url ? find_url(link, err) : find_destination(link, err);

    link->endpoint.base_url = link->base_url;
    link->endpoint.token = &link->token;
    return ok;
}

static void put_token(struct http_request *request, const struct secret *token)
{
    for (size_t i = 0; i < request->headers.count; i++) {
        struct http_header *header = &request->headers.list[i];

        if (strcmp(header->name, "Authorization") != 0)
            continue;
        crypto_wipe(header->value, strlen(header->value));
        free(header->value);
        header->value = alloc_format("Bearer %s", token->bytes);
    }
}

static bool read_again(struct chats_link *link, struct secret *now)
{
    if (link->shared)
        return get_shared(link, now, NULL);
    return link->token_file && read_token(link->token_file, now, NULL);
}

bool chats_target_renew(struct chats_link *link, struct http_request *request)
{
    struct secret now = {0};
    bool other;

    if (!read_again(link, &now))
        return false;
    other = !secret_equal(&link->token, now.bytes, now.len);
    if (other) {
        secret_copy(&link->token, &now);
        put_token(request, &link->token);
    }
    secret_clear(&now);
    return other;
}

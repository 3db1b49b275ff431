/* Where Redis is and as whom we come, out of the options. See redis.h. */
#include "net/redis_private.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/text.h"
#include "net/tls_client.h"
#include "net/url.h"

#include "base/banned.h"

#define USUAL_TIMEOUT_MS 2000
#define LAST_DATABASE    1000000

void redis_options_clear(struct redis_options *options)
{
    if (!options)
        return;
    free(options->url);
    free(options->username);
    secret_clear(&options->password);
    free(options->ca);
    free(options->certificate);
    free(options->key);
    memset(options, 0, sizeof(*options));
}

void redis_target_clear(struct redis_target *target)
{
    free(target->name);
    free(target->path);
    free(target->host);
    free(target->port);
    free(target->username);
    secret_clear(&target->password);
    SSL_CTX_free(target->tls);
    memset(target, 0, sizeof(*target));
}

static bool read_database(struct redis_target *target, const char *text,
                          struct error *err)
{
    if (!*text || text_int(text, 0, LAST_DATABASE, &target->database))
        return true;
    return error_set(err, ERROR_CONFIG, "'%s' is not the number of a database",
                     text);
}

/* unix:///run/redis.sock?db=2 */
static bool read_socket(struct redis_target *target, const struct url *url,
                        struct error *err)
{
    const char *database = url->query ? url->query : "db=";
    struct buf path;
    bool ok;

    if (!url->path || !url->path[1])
        return error_set(err, ERROR_CONFIG,
                         "write a socket as unix:///path/to/redis.sock");
    buf_init(&path, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
    ok = text_percent_decode(url->path, strlen(url->path), false, &path) &&
         buf_ok(&path);
    if (ok)
        target->path = buf_take(&path);
    buf_clear(&path);
    if (!ok)
        return error_set(err, ERROR_CONFIG,
                         "the socket's path is broken or over %zu bytes",
                         path.limit);
    if (!text_starts(database, "db="))
        return error_set(err, ERROR_CONFIG,
                         "after the path only ?db=NUMBER is understood");
    target->name = alloc_format("unix://%s", target->path);
    return read_database(target, database + strlen("db="), err);
}

/* redis://host:6379/2 */
static bool read_host(struct redis_target *target, const struct url *url,
                      struct error *err)
{
    bool ipv6 = strchr(url->host, ':') != NULL;

    if (url->query)
        return error_set(err, ERROR_CONFIG,
                         "nothing may follow a '?': write the database as "
                         "%s://host/NUMBER",
                         url->scheme);
    target->host = alloc_text(url->host);
    target->port = alloc_format("%u", url->port);
    target->name = alloc_format(ipv6 ? "%s://[%s]:%u" : "%s://%s:%u",
                                url->scheme, url->host, url->port);
    return !url->path || read_database(target, url->path + 1, err);
}

static bool read_tls(struct redis_target *target, const struct url *url,
                     const struct redis_options *options, struct error *err)
{
    struct tls_client_files files = {options->ca, options->certificate,
                                     options->key};

    if (!strcmp(url->scheme, "rediss")) {
        target->tls = tls_client_new(&files, err);
        return target->tls != NULL;
    }
    if (files.ca || files.certificate || files.key)
        return error_set(err, ERROR_CONFIG,
                         "there are certificate files, but TLS needs a URL "
                         "that begins with rediss://");
    return true;
}

static bool read_login(struct redis_target *target, const struct url *url,
                       const struct redis_options *options, struct error *err)
{
    const char *username = options->username ? options->username : url->user;

    if (username && *username)
        target->username = alloc_text(username);
    if (secret_present(&options->password))
        secret_copy(&target->password, &options->password);
    else if (url->password && *url->password)
        secret_set(&target->password, url->password, strlen(url->password));
    if (target->username && !secret_present(&target->password))
        return error_set(err, ERROR_CONFIG,
                         "there is a username, but no password");
    return true;
}

static bool read_parts(struct redis_target *target, const struct url *url,
                       const struct redis_options *options, struct error *err)
{
    bool socket = !strcmp(url->scheme, "unix");

    if (!socket && !text_starts(url->scheme, "redis"))
        return error_set(err, ERROR_CONFIG,
                         "the URL must begin with redis://, rediss:// or "
                         "unix://");
    return (socket ? read_socket(target, url, err)
                   : read_host(target, url, err)) &&
           read_tls(target, url, options, err) &&
           read_login(target, url, options, err);
}

bool redis_target_read(struct redis_target *target,
                       const struct redis_options *options, struct error *err)
{
    struct redis_target read = {0};
    struct url url = {0};
    bool ok;

    if (!options->url || !*options->url)
        return error_set(err, ERROR_CONFIG, "no URL of a Redis server given");
    if (!url_parse(options->url, &url, err))
        return false;
    read.timeout_ms =
        options->timeout_ms > 0 ? options->timeout_ms : USUAL_TIMEOUT_MS;
    ok = read_parts(&read, &url, options, err);
    url_clear(&url);
    if (!ok) {
        redis_target_clear(&read);
        return false;
    }
    *target = read;
    return true;
}

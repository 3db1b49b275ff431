/*
 * URLs by curl_url(): the parser that will also connect, so that no two
 * readings of one text can differ. See url.h.
 */
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <idn2.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define LONGEST_URL 8192
#define NO_HOST     "none"

/* The schemes that are understood, and the port each means when none is given.
 */
/* clang-format off */
static const struct scheme {
    const char *name;
    unsigned port;
} schemes[] = {
    { "http",   80   },
    { "https",  443  },
    { "redis",  6379 },
    { "rediss", 6379 },
    { "unix",   0    },
};
/* clang-format on */

static const struct scheme *find_scheme(const char *name)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
        if (text_equal_nocase(schemes[i].name, name))
            return &schemes[i];
    return NULL;
}

static void wipe(char *text)
{
    if (text)
        crypto_wipe(text, strlen(text));
    free(text);
}

void url_clear(struct url *url)
{
    if (!url)
        return;
    free(url->scheme);
    free(url->user);
    wipe(url->password);
    free(url->host);
    free(url->path);
    free(url->query);
    memset(url, 0, sizeof(*url));
}

/* A part of the URL, owned by the caller, or NULL when there is none. */
static CURLUcode take_part(CURLU *handle, CURLUPart part, unsigned flags,
                           char **out)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(handle, part, &text, flags);

    if (code != CURLUE_OK)
        return code;
    *out = alloc_text(text);
    crypto_wipe(text, strlen(text));
    curl_free(text);
    return CURLUE_OK;
}

/* Absent is fine; anything else must be readable. */
static bool take_optional(CURLU *handle, CURLUPart part, unsigned flags,
                          char **out)
{
    CURLUcode code = take_part(handle, part, flags, out);

    return code == CURLUE_OK || code == CURLUE_NO_USER ||
           code == CURLUE_NO_PASSWORD || code == CURLUE_NO_QUERY;
}

/* By libidn2 itself: libcurl would read the name in the locale's charset. */
static bool make_ascii(char **host)
{
    char *name = NULL;
    int code =
        idn2_to_ascii_8z(*host, &name, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    if (code == IDN2_OK)
        alloc_replace(host, name);
    idn2_free(name);
    return code == IDN2_OK;
}

static void strip_brackets(char *host)
{
    size_t len = strlen(host);

    if (host[0] != '[')
        return;
    memmove(host, host + 1, len - 2);
    host[len - 2] = '\0';
}

static bool take_host(CURLU *handle, struct url *url, struct error *err)
{
    char *zone = NULL;

    if (take_part(handle, CURLUPART_HOST, 0, &url->host) != CURLUE_OK)
        return error_set(err, ERROR_INPUT, "there is no host in it");
    if (take_part(handle, CURLUPART_ZONEID, 0, &zone) == CURLUE_OK) {
        free(zone);
        return error_set(err, ERROR_INPUT,
                         "an address with a zone (%%) is not understood");
    }
    if (!text_is_ascii(url->host) && !make_ascii(&url->host))
        return error_set(err, ERROR_INPUT,
                         "the host name is not one that can be looked up");
    strip_brackets(url->host);
    for (char *c = url->host; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return true;
}

static bool take_port(CURLU *handle, struct url *url,
                      const struct scheme *scheme, struct error *err)
{
    char *text = NULL;
    int64_t port = scheme->port;
    CURLUcode code = take_part(handle, CURLUPART_PORT, 0, &text);
    bool ok = code == CURLUE_NO_PORT ||
              (code == CURLUE_OK && text_int(text, 1, 65535, &port));

    free(text);
    if (!ok)
        return error_set(err, ERROR_INPUT, "the port must be 1 to 65535");
    url->port = (unsigned)port;
    return true;
}

static bool take_parts(CURLU *handle, struct url *url, struct error *err)
{
    const struct scheme *scheme;

    if (take_part(handle, CURLUPART_SCHEME, 0, &url->scheme) != CURLUE_OK)
        return error_set(err, ERROR_INPUT,
                         "it must begin with a scheme such as https://");
    scheme = find_scheme(url->scheme);
    if (!scheme)
        return error_set(err, ERROR_INPUT, "the scheme '%s' is not known here",
                         url->scheme);
    alloc_replace(&url->scheme, scheme->name);
    if (!take_optional(handle, CURLUPART_USER, CURLU_URLDECODE, &url->user) ||
        !take_optional(handle, CURLUPART_PASSWORD, CURLU_URLDECODE,
                       &url->password))
        return error_set(err, ERROR_INPUT,
                         "the user or password has a broken %% escape");
    if (!take_host(handle, url, err) || !take_port(handle, url, scheme, err))
        return false;
    if (!strcmp(url->scheme, "unix")) {
        if (strcmp(url->host, NO_HOST) != 0)
            return error_set(err, ERROR_INPUT,
                             "write a socket as unix:///path/to/it");
        alloc_replace(&url->host, NULL);
    }
    if (!take_optional(handle, CURLUPART_PATH, 0, &url->path) ||
        !take_optional(handle, CURLUPART_QUERY, 0, &url->query))
        return error_set(err, ERROR_INPUT, "the path or query is unreadable");
    return true;
}

/*
 * libcurl takes any number of slashes before the host; others do not. And it
 * knows no URL without a host, which a socket's is: it gets one to be read by.
 */
static bool set_url(CURLU *handle, const char *text, struct error *err)
{
    const char *start = strstr(text, "://");
    bool socket = text_starts(text, "unix:///");
    char *with_host = NULL;
    CURLUcode code;

    if (!start || (start[3] == '/' && !socket))
        return error_set(err, ERROR_INPUT,
                         "a URL begins with a scheme, :// and a host");
    if (socket)
        text = with_host = alloc_format("unix://" NO_HOST "%s", start + 3);
    code = curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    free(with_host);
    if (code != CURLUE_OK)
        return error_set(err, ERROR_INPUT, "not a URL that can be used: %s",
                         curl_url_strerror(code));
    return true;
}

bool url_parse(const char *text, struct url *url, struct error *err)
{
    struct url parts = {0};
    CURLU *handle;
    bool ok;

    if (strlen(text) > LONGEST_URL)
        return error_set(err, ERROR_INPUT, "a URL over %d bytes is too long",
                         LONGEST_URL);
    handle = curl_url();
    ok = set_url(handle, text, err) && take_parts(handle, &parts, err);
    curl_url_cleanup(handle);
    if (!ok) {
        url_clear(&parts);
        return false;
    }
    *url = parts;
    return true;
}

static bool is_web(const struct url *url)
{
    return url->host && text_starts(url->scheme, "http");
}

static void write_origin(const struct url *url, struct buf *out)
{
    bool ipv6 = strchr(url->host, ':') != NULL;

    buf_format(out, ipv6 ? "%s://[%s]" : "%s://%s", url->scheme, url->host);
    if (url->port != find_scheme(url->scheme)->port)
        buf_format(out, ":%u", url->port);
}

/* What is ASCII stays as it is: escapes were the writer's own business. */
static void write_ascii(const char *text, struct buf *out)
{
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c > 0x20 && c < 0x7f)
            buf_char(out, (char)c);
        else
            buf_format(out, "%%%02X", c);
    }
}

bool url_write(const struct url *url, struct buf *out)
{
    if (!is_web(url))
        return false;
    write_origin(url, out);
    write_ascii(url->path, out);
    if (url->query)
        buf_char(out, '?');
    write_ascii(url->query, out);
    return buf_ok(out);
}

bool url_origin(const char *text, struct buf *out)
{
    struct url url = {0};
    bool ok;

    if (!url_parse(text, &url, NULL))
        return false;
    ok = is_web(&url) && !url.user && !url.password;
    if (ok)
        write_origin(&url, out);
    url_clear(&url);
    return ok && buf_ok(out);
}

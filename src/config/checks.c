/* Shapes of texts. See checks.h. */
#include "config/checks.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define WORD    LETTERS "0123456789-_"
#define HOST    WORD "."

#define PORT_MAX          65535
#define SIGNATURE_MIN     24 /* bytes, by Standard Webhooks */
#define SIGNATURE_MAX     64
#define STRONG_MIN        16
#define SIGNATURE_START   "whsec_"
#define NETWORK_TEXT_SIZE 64
#define HOST_SIZE         256

static bool wrong(struct error *err, const char *allowed)
{
    return error_set(err, ERROR_CONFIG, "%s", allowed);
}

static bool only(const char *text, size_t len, const char *allowed)
{
    return strspn(text, allowed) >= len;
}

static bool port_ok(const char *text)
{
    int64_t port;

    return strspn(text, "0123456789") == strlen(text) &&
           text_int(text, 0, PORT_MAX, &port);
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static bool host_ok(const char *host, size_t len)
{
    char text[HOST_SIZE];
    unsigned char address[16];

    if (len < 1 || len >= sizeof(text))
        return false;
    if (host[0] != '[')
        return only(host, len, HOST) && host[0] != '.' && host[0] != '-';
    if (len < 3 || host[len - 1] != ']')
        return false;
    memcpy(text, host + 1, len - 2);
    text[len - 2] = '\0';
    return inet_pton(AF_INET6, text, address) == 1;
}

/* "host" or "host:port". */
static bool authority_ok(const char *text, size_t len)
{
    const char *close = memchr(text, ']', len);
    const char *from = close ? close : text;
    const char *colon = memchr(from, ':', len - (size_t)(from - text));
    char port[8];
    size_t port_len;

    if (!colon)
        return host_ok(text, len);
    port_len = len - (size_t)(colon + 1 - text);
    if (port_len < 1 || port_len >= sizeof(port))
        return false;
    memcpy(port, colon + 1, port_len);
    port[port_len] = '\0';
    return port_ok(port) && host_ok(text, (size_t)(colon - text));
}

const char *check_authority(const char *url, const char *scheme)
{
    size_t len = strlen(scheme);

    if (!text_starts(url, scheme) || strncmp(url + len, "://", 3) != 0)
        return NULL;
    return url + len + 3;
}

static const char *web_authority(const char *url)
{
    const char *secure = check_authority(url, "https");

    return secure ? secure : check_authority(url, "http");
}

/* Printable ASCII without blanks: what may stand in a URL or in a header. */
static bool visible(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text >= 0x7f)
            return false;
    return true;
}

static bool web_url_ok(const char *text)
{
    const char *authority = web_authority(text);

    return authority && visible(text) &&
           authority_ok(authority, strcspn(authority, "/?#"));
}

bool check_listen(const char *text, struct error *err)
{
    const char *colon = strrchr(text, ':');
    size_t host_len = colon ? (size_t)(colon - text) : 0;
    bool every = host_len == 0 || (host_len == 1 && *text == '*');

    if (port_ok(colon ? colon + 1 : text) && (colon ? colon[1] : *text) &&
        (every || host_ok(text, host_len)))
        return true;
    return wrong(err, "write ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080, "
                      "or a port alone for every address of the machine");
}

bool check_web_url(const char *text, struct error *err)
{
    if (web_url_ok(text) && !strpbrk(text, "?#"))
        return true;
    return wrong(err, "write an address like https://relay.example, without "
                      "user, query or fragment");
}

bool check_callback_url(const char *text, struct error *err)
{
    if (web_url_ok(text) && !strchr(text, '#'))
        return true;
    return wrong(err, "write an address like https://www.example.com/hook, "
                      "without user or fragment");
}

bool check_redis_url(const char *text, struct error *err)
{
    const char *authority = check_authority(text, "redis");
    const char *path = check_authority(text, "unix");
    const char *at;

    if (!authority)
        authority = check_authority(text, "rediss");
    if (path && path[0] == '/' && path[1] && visible(text))
        return true;
    at = authority ? strrchr(authority, '@') : NULL;
    if (at)
        authority = at + 1;
    if (authority && visible(text) &&
        authority_ok(authority, strcspn(authority, "/?#")))
        return true;
    return wrong(err, "write redis://HOST:PORT/DB, rediss://... for TLS, or "
                      "unix:///path/of/the/socket");
}

bool check_origin(const char *text, struct error *err)
{
    const char *authority = web_authority(text);

    if (authority && text_starts(authority, "*."))
        authority += 2;
    if (authority && authority_ok(authority, strlen(authority)))
        return true;
    return wrong(err, "write https://www.example.com or https://*.example.com, "
                      "without a path; 'null' and '*' are no origins");
}

/* A bit set behind the prefix is a typing mistake: which was meant? */
static bool rest_is_zero(const unsigned char *bytes, int64_t from, int64_t most)
{
    for (int64_t bit = from; bit < most; bit++)
        if (bytes[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}

bool check_network(const char *text, struct error *err)
{
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    bool six = strchr(text, ':') != NULL;
    int64_t most = six ? 128 : 32;
    int64_t bits = most;
    char address[NETWORK_TEXT_SIZE];
    unsigned char bytes[16];

    if (len < sizeof(address)) {
        memcpy(address, text, len);
        address[len] = '\0';
        if (inet_pton(six ? AF_INET6 : AF_INET, address, bytes) == 1 &&
            (!slash || text_int(slash + 1, 0, most, &bits)) &&
            rest_is_zero(bytes, bits, most))
            return true;
    }
    return wrong(err, "write a network like 10.0.0.0/8 or fd00::/8, or one "
                      "address");
}

bool check_host(const char *text, struct error *err)
{
    if (authority_ok(text, strlen(text)))
        return true;
    return wrong(err, "write a host name like relay.example, without scheme "
                      "or path");
}

bool check_subdomain(const char *text, struct error *err)
{
    size_t len = strlen(text);

    if (len >= 1 && len <= 63 && only(text, len, LETTERS "0123456789-") &&
        text[0] != '-' && text[len - 1] != '-')
        return true;
    return wrong(err, "write only the part before .zendesk.com, like acme");
}

bool check_template(const char *text, struct error *err)
{
    const char *at = text;

    if (!web_authority(text) || !visible(text) || !strstr(text, "{id}"))
        return wrong(err, "write an address with {id} in it, like "
                          "https://{subdomain}.zendesk.com/hc/requests/{id}");
    while ((at = strchr(at, '{'))) {
        if (!text_starts(at, "{id}") && !text_starts(at, "{subdomain}"))
            return wrong(err, "only {id} and {subdomain} can stand in braces");
        at++;
    }
    return true;
}

bool check_next(const char *text, struct error *err)
{
    bool here = text[0] == '/' && text[1] != '/' && text[1] != '\\';

    if (visible(text) && (here || web_url_ok(text)))
        return true;
    return wrong(err, "write an address like https://www.example.com/thanks, "
                      "or a path like /thanks");
}

bool check_word(const char *text, struct error *err)
{
    if (*text && only(text, strlen(text), WORD))
        return true;
    return wrong(err, "only letters, digits, - and _ are allowed");
}

bool check_token(const char *text, struct error *err)
{
    if (*text && visible(text))
        return true;
    return wrong(err, "it has blanks, line ends or letters beyond ASCII, "
                      "which cannot be sent in a header");
}

bool check_strong(const char *text, struct error *err)
{
    if (strlen(text) >= STRONG_MIN)
        return true;
    return error_set(err, ERROR_CONFIG,
                     "it is too short: at least %d characters, for example "
                     "from 'openssl rand -base64 32'",
                     STRONG_MIN);
}

bool check_long_token(const char *text, struct error *err)
{
    return check_token(text, err) && check_strong(text, err);
}

bool check_hash(const char *text, struct error *err)
{
    if (strlen(text) == CRYPTO_HEX_SIZE - 1 &&
        only(text, CRYPTO_HEX_SIZE - 1, "0123456789abcdef"))
        return true;
    return wrong(err, "write the token's SHA-256 as 64 digits and letters a-f: "
                      "printf %s TOKEN | sha256sum");
}

bool check_signature(const char *text, struct error *err)
{
    unsigned char bytes[SIGNATURE_MAX];
    size_t len = strlen(text);
    bool ok;

    if (text_starts(text, SIGNATURE_START)) {
        text += strlen(SIGNATURE_START);
        ok = crypto_base64_decode(text, strlen(text), bytes, sizeof(bytes),
                                  &len) &&
             len >= SIGNATURE_MIN;
        crypto_wipe(bytes, sizeof(bytes));
    } else {
        ok = len >= SIGNATURE_MIN;
    }
    if (ok)
        return true;
    return wrong(err, "write whsec_ and the base64 of 24 to 64 random bytes, "
                      "as 'openssl rand -base64 32' gives them");
}

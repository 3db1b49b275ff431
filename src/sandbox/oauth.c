/* The refresh grant of OAuth 2 (RFC 6749, 6). See oauth.h. */
#include "sandbox/oauth.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define FIELD_MAX   1024
#define LIFETIME_MS INT64_C(7200000)

enum field {
    GRANT_TYPE,
    REFRESH_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    SCOPE,
    FIELDS
};

static const char *const names[FIELDS] = {
    [GRANT_TYPE] = "grant_type", [REFRESH_TOKEN] = "refresh_token",
    [CLIENT_ID] = "client_id",   [CLIENT_SECRET] = "client_secret",
    [SCOPE] = "scope",
};

/* What was asked; empty ones are the same as absent ones. */
struct request {
    struct buf fields[FIELDS];
};

static struct buf *field_of(struct request *request, const char *name,
                            size_t len)
{
    for (int i = 0; i < FIELDS; i++)
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
            return &request->fields[i];
    return NULL;
}

/* One "name=value" of a form. */
static bool read_pair(struct request *request, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    struct buf *field;
    size_t name_len;

    if (!equals)
        return len == 0;
    name_len = (size_t)(equals - pair);
    field = field_of(request, pair, name_len);
    return !field ||
           text_percent_decode(equals + 1, len - name_len - 1, true, field);
}

static bool read_form(struct request *request, const char *body)
{
    for (const char *end; body; body = end ? end + 1 : NULL) {
        end = strchr(body, '&');
        if (!read_pair(request, body,
                       end ? (size_t)(end - body) : strlen(body)))
            return false;
    }
    return true;
}

static bool read_json(struct request *request, const char *body, size_t len)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(root);

    for (int i = 0; i < FIELDS; i++) {
        const char *text = json_string_value(json_object_get(root, names[i]));

        buf_text(&request->fields[i], text ? text : "");
    }
    json_decref(root);
    return ok;
}

static bool read_request(struct request *request,
                         const struct http_exchange *exchange)
{
    const char *type = http_header(exchange, "Content-Type");

    for (int i = 0; i < FIELDS; i++)
        buf_init(&request->fields[i], FIELD_MAX);
    if (type && strcasestr(type, "json"))
        return read_json(request, http_body(exchange), http_body_len(exchange));
    return read_form(request, http_body(exchange));
}

static const char *value(const struct request *request, enum field field)
{
    return buf_str(&request->fields[field]);
}

static int refuse(struct buf *out, int status, const char *error,
                  const char *description)
{
    buf_format(out, "{\"error\":\"%s\",\"error_description\":", error);
    text_json(out, description);
    buf_char(out, '}');
    return status;
}

static bool equal(const char *expected, const char *text)
{
    return !expected || (strlen(expected) == strlen(text) &&
                         crypto_equal(expected, text, strlen(text)));
}

static int give(struct tokens *tokens, const struct request *request,
                unsigned scopes, int64_t lifetime_ms, int64_t now,
                struct buf *out)
{
    struct issued issued;

    tokens_exchange(tokens, value(request, REFRESH_TOKEN), scopes, lifetime_ms,
                    now, &issued);
    if (lifetime_ms == 0)
        lifetime_ms = LIFETIME_MS;
    buf_format(out,
               "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
               "\"refresh_token\":\"%s\",\"expires_in\":%" PRId64
               ",\"scope\":\"",
               issued.access, issued.refresh, (lifetime_ms + 999) / 1000);
    scopes_write(scopes, out);
    buf_text(out, "\"}");
    return 200;
}

static int answer(struct tokens *tokens, const struct request *request,
                  int64_t lifetime_ms, int64_t now, struct buf *out)
{
    const struct token *token;
    unsigned scopes;

    if (!equal(tokens->client_id, value(request, CLIENT_ID)) ||
        !equal(tokens->client_secret, value(request, CLIENT_SECRET)))
        return refuse(out, 401, "invalid_client",
                      "client_id and client_secret are not those of --client");
    if (strcmp(value(request, GRANT_TYPE), "refresh_token") != 0)
        return refuse(out, 400, "unsupported_grant_type",
                      "grant_type: refresh_token is all there is");
    token = tokens_find_refresh(tokens, value(request, REFRESH_TOKEN));
    if (!token)
        return refuse(out, 400, "invalid_grant",
                      "refresh_token: not known, or used already");
    scopes = token->scopes;
    if (*value(request, SCOPE) &&
        (!scopes_read(value(request, SCOPE), ' ', &scopes) ||
         (scopes & ~token->scopes)))
        return refuse(out, 400, "invalid_scope",
                      "scope: more than the refresh token has");
    return give(tokens, request, scopes, lifetime_ms, now, out);
}

int oauth_exchange(struct tokens *tokens, const struct http_exchange *exchange,
                   int64_t lifetime_ms, int64_t now, struct buf *out)
{
    struct request request;
    int status;

    if (!read_request(&request, exchange))
        status = refuse(out, 400, "invalid_request",
                        "send a form, or JSON with Content-Type: "
                        "application/json");
    else
        status = answer(tokens, &request, lifetime_ms, now, out);
    for (int i = 0; i < FIELDS; i++)
        buf_clear(&request.fields[i]);
    return status;
}

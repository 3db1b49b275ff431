/* Tokens as options and as JSON name them. See tokens.h. */
#include "sandbox/tokens.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define LONGEST_MS INT64_C(86400000)

/* clang-format off */
static const struct {
    const char *name;
    enum scope scope;
} scopes_known[] = {
    { "read",  SCOPE_READ  },
    { "write", SCOPE_WRITE },
    { "chat",  SCOPE_CHAT  },
};
/* clang-format on */
#define SCOPES (sizeof(scopes_known) / sizeof(scopes_known[0]))

void scopes_write(unsigned scopes, struct buf *out)
{
    const char *space = "";

    for (size_t i = 0; i < SCOPES; i++) {
        if (!(scopes & scopes_known[i].scope))
            continue;
        buf_format(out, "%s%s", space, scopes_known[i].name);
        space = " ";
    }
}

static bool add_scope(const char *name, size_t len, unsigned *scopes)
{
    for (size_t i = 0; i < SCOPES; i++) {
        if (strlen(scopes_known[i].name) != len ||
            strncmp(scopes_known[i].name, name, len) != 0)
            continue;
        *scopes |= scopes_known[i].scope;
        return true;
    }
    return len == 0;
}

bool scopes_read(const char *text, char between, unsigned *scopes)
{
    unsigned read = 0;

    for (const char *end; text; text = end ? end + 1 : NULL) {
        end = strchr(text, between);
        if (!add_scope(text, end ? (size_t)(end - text) : strlen(text), &read))
            return false;
    }
    *scopes = read;
    return true;
}

static bool read_role(const char *name, enum chat_role *role)
{
    for (int i = CHAT_ROLE_AGENT; i <= CHAT_ROLE_OWNER; i++) {
        if (strcmp(chat_role_name((enum chat_role)i), name) != 0)
            continue;
        *role = (enum chat_role)i;
        return true;
    }
    return false;
}

static bool bad_role(struct error *err, const char *name)
{
    return error_set(err, ERROR_USAGE,
                     "'%.40s' is no role: agent, administrator or owner", name);
}

static bool bad_scopes(struct error *err)
{
    return error_set(err, ERROR_USAGE, "scopes are of read, write and chat");
}

/* Cuts text, which begins with the token itself. */
static bool read_parts(struct token *token, char *text, struct error *err)
{
    const char *name = strsep(&text, ":"), *role = strsep(&text, ":");

    if (!*name)
        return error_set(err, ERROR_USAGE, "a token must not be empty");
    if (role && !read_role(role, &token->role))
        return bad_role(err, role);
    if (text && !scopes_read(text, ',', &token->scopes))
        return bad_scopes(err);
    return true;
}

bool tokens_read(struct tokens *tokens, const char *text, int64_t now,
                 struct error *err)
{
    struct token token = {
        .role = CHAT_ROLE_OWNER, .scopes = SCOPE_ALL, .born_at = now};
    char *parts = alloc_text(text);
    bool ok = read_parts(&token, parts, err);

    if (ok)
        tokens_add(tokens, parts, &token);
    free(parts);
    return ok;
}

static bool read_scopes(const json_t *value, struct token *token,
                        struct error *err)
{
    unsigned scopes = 0;

    if (!json_is_array(value))
        return bad_scopes(err);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *name = json_array_get(value, i);

        if (!json_is_string(name) ||
            !add_scope(json_string_value(name), json_string_length(name),
                       &scopes))
            return bad_scopes(err);
    }
    token->scopes = scopes;
    return true;
}

static bool read_member(struct token *token, const char *name, json_t *value,
                        struct error *err)
{
    const char *text = json_string_value(value);
    int64_t number = json_integer_value(value);

    if (strcmp(name, "scopes") == 0)
        return read_scopes(value, token, err);
    if (strcmp(name, "role") == 0)
        return (text && read_role(text, &token->role)) ||
               bad_role(err, text ? text : "");
    if (strcmp(name, "lifetime_ms") == 0) {
        if (!json_is_integer(value) || number < 0 || number > LONGEST_MS)
            return error_set(err, ERROR_INPUT,
                             "lifetime_ms: whole milliseconds, up to a day");
        token->lifetime_ms = number;
        return true;
    }
    token->refresh = strcmp(name, "refresh_token") == 0;
    if (!token->refresh && strcmp(name, "token") != 0)
        return error_set(err, ERROR_INPUT, "%.40s: no member of a token", name);
    if (!text || !*text || token->text)
        return error_set(err, ERROR_INPUT, "%s: one text is expected", name);
    token->text = alloc_text(text);
    return true;
}

static bool read_token(struct token *token, json_t *object, struct error *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object))
        return error_set(err, ERROR_INPUT, "a token is an object");
    json_object_foreach(object, name, value)
    {
        if (!read_member(token, name, value, err))
            return false;
    }
    return token->text ||
           error_set(err, ERROR_INPUT, "token or refresh_token: must be there");
}

static bool read_all(json_t *root, struct token *list, size_t count,
                     int64_t now, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_is_array(root) ? json_array_get(root, i) : root;

        list[i] = (struct token){
            .role = CHAT_ROLE_OWNER, .scopes = SCOPE_ALL, .born_at = now};
        if (!read_token(&list[i], object, err))
            return error_prefix(err, "token %zu", i + 1);
    }
    return true;
}

bool tokens_read_json(struct tokens *tokens, const char *json, size_t len,
                      int64_t now, struct error *err)
{
    json_error_t error;
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
    size_t count = json_is_array(root) ? json_array_size(root) : 1;
    struct token *list;
    bool ok;

    if (!root)
        return error_set(err, ERROR_INPUT, "line %d: %s", error.line,
                         error.text);
    list = NEW_ARRAY(count + 1, struct token);
    ok = read_all(root, list, count, now, err);
    for (size_t i = 0; i < count; i++) {
        if (ok)
            tokens_add(tokens, list[i].text, &list[i]);
        free(list[i].text);
    }
    free(list);
    json_decref(root);
    return ok;
}

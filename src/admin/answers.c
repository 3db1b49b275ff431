/* How the calls of operators are answered, and what the log says of them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/inside.h"
#include "answer/problems.h"

#include "base/banned.h"

#define DEPTH_MAX 8

void answer_json(struct http_exchange *exchange, int status, json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);

    /* Personal data, and true of this moment only. */
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply(exchange, status, "application/json", text ? text : "",
               text ? strlen(text) : 0);
    free(text);
    json_decref(root);
}

/* What err says may name addresses that are nobody's business here. */
void answer_away(const struct call *call, const struct error *err)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "admin_failed");
    log_text(&line, "by", call->by);
    log_text(&line, "target", call->name);
    log_text(&line, "error", err->text);
    log_end(&line);
    http_reply_header(call->exchange, "Retry-After", "2");
    problems_answer(call->exchange, "queue-away",
                    "The store behind the relay did not answer. What you "
                    "asked for may have been done in part: look, then ask "
                    "again.");
}

void answer_fields(struct http_exchange *exchange,
                   const struct complaints *complaints)
{
    problems_answer_fields(exchange, "invalid-fields",
                           "Nothing was done. Correct these members and ask "
                           "again.",
                           complaints->list, complaints->count);
}

void answer_parameters(struct http_exchange *exchange,
                       const struct complaints *complaints)
{
    problems_answer_fields(exchange, "bad-parameter", NULL, complaints->list,
                           complaints->count);
}

void log_change(struct log_line *line, const struct call *call,
                const char *action, const char *target)
{
    log_begin(line, LOG_LEVEL_INFO, "admin_change");
    log_text(line, "by", call->by);
    log_text(line, "action", action);
    log_text(line, "target", target);
}

static bool says_json(const char *type)
{
    size_t len = type ? strcspn(type, "; ") : 0;

    return len == strlen("application/json") &&
           strncasecmp(type, "application/json", len) == 0;
}

/* Guarded by hand: the parser recurses. */
static bool too_deep(const char *text, size_t len)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < len && depth <= DEPTH_MAX; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && strchr("[{", text[i]) && text[i])
            depth++;
        else if (!quoted && strchr("]}", text[i]) && text[i] && depth)
            depth--;
    }
    return depth > DEPTH_MAX;
}

json_t *body_read(struct http_exchange *exchange)
{
    const char *body = http_body(exchange);
    size_t len = http_body_len(exchange);
    json_t *root = NULL;

    if (!says_json(http_header(exchange, "Content-Type"))) {
        problems_answer(exchange, "unsupported-type",
                        "Send one JSON object, and say so: Content-Type: "
                        "application/json.");
        return NULL;
    }
    if (!too_deep(body, len))
        root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(root))
        return root;
    json_decref(root);
    problems_answer(exchange, "bad-json",
                    "The body must be one JSON object, each name in it once.");
    return NULL;
}

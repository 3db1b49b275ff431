/* Who may make which call, and how often. See call.h. */
#include "chat_api/call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#include "base/banned.h"

const char *chat_role_name(enum chat_role role)
{
    static const char *const names[] = {
        [CHAT_ROLE_AGENT] = "agent",
        [CHAT_ROLE_ADMINISTRATOR] = "administrator",
        [CHAT_ROLE_OWNER] = "owner",
    };

    return names[role];
}

/* NULL: none was sent. */
static const char *bearer(const struct http_exchange *exchange)
{
    const char *value = http_header(exchange, "Authorization");

    if (!value || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    value += 7 + strspn(value + 7, " ");
    return *value ? value : NULL;
}

static void refuse_token(struct call *call, bool sent)
{
    call_fail(
        call,
        &(struct failure){
            .status = 401,
            .code = "Unauthorized",
            .description =
                sent ? "This token is not valid here, or not any more"
                     : "Send 'Authorization: Bearer' and a token that is "
                       "valid here",
            .header = {"WWW-Authenticate",
                       sent ? "Bearer error=\"invalid_token\"" : "Bearer"},
        });
}

bool call_let_in(struct call *call)
{
    const struct chat_api_options *options = &call->api->options;
    const char *token = bearer(call->exchange);
    int64_t now = options->now ? options->now() : clock_boot_ms();

    call->access = (struct chat_access){
        .role = CHAT_ROLE_OWNER, .read = true, .write = true};
    if (options->authorize)
        call->access = options->authorize(options->context, token);
    if (call->access.status == 401) {
        refuse_token(call, token != NULL);
        return false;
    }
    if (!limit_take(&call->api->limit, call->access.who, now, &call->stand)) {
        call_too_many(call);
        return false;
    }
    return true;
}

static void refuse_scope(struct call *call, const char *scope)
{
    char description[160], header[64];

    snprintf(description, sizeof(description),
             "%s needs a token with the scope %s or chat; this one has neither",
             call_rows[call->kind].name, scope);
    snprintf(header, sizeof(header),
             "Bearer error=\"insufficient_scope\", scope=\"%s\"", scope);
    call_fail(call, &(struct failure){
                        .status = 403,
                        .code = "Forbidden",
                        .description = description,
                        .header = {"WWW-Authenticate", header},
                    });
}

static void refuse_role(struct call *call)
{
    char description[160];

    snprintf(description, sizeof(description),
             "%s is for administrators and owners; this token's role is %s",
             call_rows[call->kind].name, chat_role_name(call->access.role));
    call_error(call, 403, "Forbidden", description);
}

bool call_is_allowed(struct call *call)
{
    const struct call_row *row = &call_rows[call->kind];
    const struct chat_access *access = &call->access;

    if (access->status)
        call_error(call, 403, "Forbidden", "This token may not do that here");
    else if (!(row->write ? access->write : access->read))
        refuse_scope(call, row->write ? "write" : "read");
    else if (access->role < row->role)
        refuse_role(call);
    else
        return true;
    return false;
}

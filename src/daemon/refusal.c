/* Lines for whoever looks after the tokens. See refusal.h. */
#include "daemon/refusal.h"

#include "base/log.h"

#include "base/banned.h"

bool refusal_is(int status)
{
    return status == 401 || status == 403;
}

static const char *advice_on(const struct settings_destination *destination,
                             enum stage stage, const struct outcome *outcome)
{
    if (outcome->status == 403 && stage != STAGE_DELIVER)
        return "messages are delivered, but it does not let us ask for their "
               "tickets, nor look for those whose answer was lost: give the "
               "token the scope read; one question asks again by itself, or at "
               "once after 'afterhours resume'";
    if (outcome->status == 403)
        return "check the token's scopes, its role and the plan; one request "
               "asks again by itself, or at once after 'afterhours resume'";
    if (settings_uses_oauth(destination))
        return "check the destination's base_url, and its client at Zendesk; "
               "'afterhours resume' asks again at once";
    return "renew the destination's token: a token_file is read again by "
           "itself, other settings after HUP, and then one request asks at "
           "once";
}

void refusal_log_hold(const struct settings_destination *destination,
                      enum stage stage, const struct outcome *outcome)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_ERROR, "destination_held");
    log_text(&line, "destination", destination->name);
    log_int(&line, "status", outcome->status);
    log_text(&line, "reason", outcome->reason);
    log_text(&line, "advice", advice_on(destination, stage, outcome));
    log_end(&line);
}

void refusal_log_end(const struct settings_destination *destination)
{
    log_event(LOG_LEVEL_INFO, "destination_open", "destination",
              destination->name);
}

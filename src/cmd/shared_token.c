/* A desk of our own for a moment. See shared_token.h. */
#include "cmd/shared_token.h"

#include <stdio.h>

#include "access/access.h"
#include "base/clock.h"

#include "base/banned.h"

#define TIMEOUT_MS INT64_C(8000)
#define POLL_MS    10

struct getting {
    struct session *session;
    struct access *access;
    const struct settings_destination *destination;
    int64_t until; /* boot clock, ms */
    enum access_event event;
    char why[SHARED_WHY_SIZE];
};

static void on_told(void *context, const struct access_told *told)
{
    struct getting *getting = context;

    if (told->event == ACCESS_EVENT_TRIED)
        return;
    getting->event = told->event;
    snprintf(getting->why, sizeof(getting->why), "%s",
             told->why ? told->why : "");
}

static bool waits(const struct getting *getting)
{
    return access_state(getting->access, getting->destination->name) ==
               ACCESS_STATE_WAITING &&
           getting->event != ACCESS_EVENT_DELAYED &&
           clock_boot_ms() < getting->until;
}

static int64_t get(struct getting *getting, struct secret *token)
{
    do
        session_pause(getting->session, POLL_MS);
    while (access_busy(getting->access) || waits(getting));
    return access_token(getting->access, getting->destination, token);
}

bool shared_token_get(struct session *session, struct http_client *client,
                      const struct settings_destination *destination,
                      const struct secret *refused, struct secret *token,
                      struct shared_trouble *trouble)
{
    struct getting getting = {.session = session,
                              .destination = destination,
                              .until = clock_boot_ms() + TIMEOUT_MS,
                              .event = ACCESS_EVENT_CHANGED};
    const struct access_options options = {session->loop, session->queue,
                                           client, on_told, &getting};
    int64_t number;

    getting.access = access_new(&options, session->settings);
    number = get(&getting, token);
    if (secret_present(refused) &&
        secret_equal(refused, token->bytes, token->len)) {
        access_doubt(getting.access, destination->name, number);
        get(&getting, token);
    }
    access_free(getting.access);
    trouble->refused = getting.event == ACCESS_EVENT_REFUSED;
    snprintf(trouble->why, sizeof(trouble->why), "%s",
             *getting.why ? getting.why : "no answer in time");
    return secret_present(token);
}

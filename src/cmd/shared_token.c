/* A desk of our own for a moment. See shared_token.h. */
#include "cmd/shared_token.h"

#include <stdio.h>

#include "access/access.h"
#include "base/clock.h"

#include "base/banned.h"

#define TIMEOUT_MS INT64_C(8000)
#define POLL_MS    10

struct getting {
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

bool shared_token_get(struct session *session, struct http_client *client,
                      const struct settings_destination *destination,
                      struct secret *token, struct shared_trouble *trouble)
{
    struct getting getting = {.event = ACCESS_EVENT_CHANGED};
    const struct access_options options = {session->loop, session->queue,
                                           client, on_told, &getting};
    struct access *access = access_new(&options, session->settings);
    int64_t until = clock_boot_ms() + TIMEOUT_MS;

    do
        session_pause(session, POLL_MS);
    while (access_busy(access) ||
           (access_state(access, destination->name) == ACCESS_STATE_WAITING &&
            getting.event != ACCESS_EVENT_DELAYED && clock_boot_ms() < until));
    access_token(access, destination, token);
    access_free(access);
    trouble->refused = getting.event == ACCESS_EVENT_REFUSED;
    snprintf(trouble->why, sizeof(trouble->why), "%s",
             *getting.why ? getting.why : "no answer in time");
    return secret_present(token);
}

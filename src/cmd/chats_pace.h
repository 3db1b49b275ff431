/*
 * How fast requests may leave, by our own budget and by what the server says of
 * its limits; and whether one that failed is sent again. Arithmetic only: the
 * time is passed in.
 */
#ifndef CMD_CHATS_PACE_H
#define CMD_CHATS_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/http_message.h"

struct chats_pace {
    int64_t gap_us;   /* between two requests in the long run; 0: no limit */
    int64_t due_us;   /* boot clock: when the budget so far is used up */
    int64_t after_at; /* boot clock, ms: the server's limits say not before */
    bool guessed;     /* nobody gave a budget: a server that allows more is
                         believed */
};

/* rate: requests a minute; 0: as many as the server takes. */
void chats_pace_init(struct chats_pace *pace, unsigned rate);

/* How long the next request has to wait; now: boot clock, ms. */
int64_t chats_pace_wait_ms(const struct chats_pace *pace, int64_t now);
void chats_pace_sent(struct chats_pace *pace, int64_t now);

/*
 * What an answer says of the requests left: near the end of them, what is left
 * is spread over the time until there are more.
 */
void chats_pace_told(struct chats_pace *pace,
                     const struct http_headers *headers, int64_t now,
                     int64_t wall);

/* A longer wait is left to whoever called us. */
#define CHATS_WAIT_MAX_MS (INT64_C(15) * 60000)

/*
 * How long to wait before an unsuccessful request is sent again; -1: not again.
 * failed: how often it has failed, this time included. The wait that the server
 * asked for is the least; dice (any number) spreads those who wait.
 */
int64_t chats_pace_again_ms(const struct http_response *answer, unsigned failed,
                            int64_t wall, uint32_t dice);

#endif

/*
 * A script of faults, given over HTTP one after the other:
 *
 *     {"on": "create", "do": "lose_after", "count": 2, "match": "joe@"}
 *
 * Each request takes the first fault of the script that is meant for it.
 */
#ifndef SANDBOX_SCRIPT_H
#define SANDBOX_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat_api/chat_api.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,       /* nothing is done; answered with the status */
    FAULT_STATUS_AFTER, /* done, but answered with the status */
    FAULT_LOSE_BEFORE,  /* nothing is done; the connection is cut */
    FAULT_LOSE_AFTER,   /* done; the connection is cut instead of the answer */
    FAULT_SLOW,         /* done; the answer comes after delay_ms */
    FAULT_HANG,         /* done; the answer never comes */
    FAULT_TRUNCATE,     /* done; the answer breaks off in its middle */
    FAULT_HTML,         /* done; the answer is a page of HTML */
    FAULT_ENDLESS,      /* done; the answer never ends */
};

struct fault {
    enum fault_kind kind;
    unsigned on;         /* a call of calls.h; CHAT_CALL_NONE: any */
    int status;          /* 0: the one the call has anyway */
    int64_t retry_after; /* seconds; -1: not said */
    int64_t delay_ms;    /* before whatever is done to the answer */
    bool reset;          /* cuts are resets, not ends */
    unsigned count;      /* how often it is still played */
    char *match;         /* owned; must be in path, query or body; or NULL */
};

struct script {
    struct fault *faults; /* owned */
    size_t count;
};

void script_clear(struct script *script);

/* Adds one fault, or an array of them; all or none. */
must_check bool script_add(struct script *script, const char *json, size_t len,
                           struct error *err);

/* The fault for this request, taken out of the script when it was the last of
 * its count. Without match: it is the caller's, not the script's. */
struct fault script_take(struct script *script, unsigned call,
                         const struct http_exchange *exchange);

#endif

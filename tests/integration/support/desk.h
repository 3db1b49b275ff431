/*
 * The operators' API beside a front end (front.h), on one listener: paths that
 * begin with /f/ are intake's. Questions to it, and a worker that gives up.
 */
#ifndef SUPPORT_DESK_H
#define SUPPORT_DESK_H

#include <jansson.h>

#include "admin/admin.h"
#include "front.h"

#define BEARER(token) "Authorization: Bearer " token "\r\n"
#define ALL           BEARER("a-token-for-everything")
#define ADA           BEARER("reader-token-of-ada")
#define BEN           BEARER("worker-token-of-ben")
#define JSON          "Content-Type: application/json\r\n"
#define LIST          "/v1/admin/submissions"
#define REPLAYS       "/v1/admin/replays"

struct desk {
    struct front *front;
    struct admin *admin;
    json_t *answer; /* the last one's body, if it was JSON */
};

/* For cmocka. Replays are run. */
int desk_set_up(void **state);
int desk_tear_down(void **state);

/* The status; what came is in desk->answer. */
int desk_ask(struct desk *desk, const char *method, const char *target,
             const char *headers, const char *body);
/* The answer to one who may read; it must be 200. */
json_t *desk_get(struct desk *desk, const char *target);
/* The answer to one who may operate; its status is given. */
json_t *desk_post(struct desk *desk, const char *target, const char *body,
                  int status);

/* "" and 0 for what is not there. */
const char *desk_text(const json_t *root, const char *name);
json_int_t desk_number(const json_t *root, const char *name);

/* "/v1/admin/replays/ID" and so on; static. */
const char *desk_path(const char *start, const char *id, const char *end);

/* Hands in through a form; the id is copied. */
void desk_accept(struct desk *desk, const char *form, const char *fields,
                 char id[ID_SIZE]);
/* "number 7" from n7@example.org, through the form contact. */
void desk_accept_number(struct desk *desk, int number, char id[ID_SIZE]);

/* The submission of support that is due first is refused, and buried. */
void desk_bury(struct desk *desk, const char *reason);

/* How many a list with this query has, and the id of one of them. */
size_t desk_listed(struct desk *desk, const char *query);
const char *desk_id_at(const json_t *root, size_t index);

#endif

/*
 * The Chats API alone, over chats in memory, and clients that are plain
 * sockets (http_scene.h), in one thread.
 */
#ifndef SUPPORT_API_SCENE_H
#define SUPPORT_API_SCENE_H

#include <jansson.h>

#include "http_scene.h"
#include "memory_chats.h"

#define API_CHATS   "/api/v2/chat/chats"
#define API_CHANGES "/api/v2/chat/incremental/chats"
#define API_ORIGIN  "http://chat.test"

struct api_scene {
    struct scene *scene;
    struct memory_chats store;
    struct chat_store_ops ops;       /* change before api_scene_start() */
    struct chat_api_options options; /* likewise */
    struct chat_manner manner;       /* may change at any time */
    struct chat_api *api;
    const char *token;  /* of the requests; NULL: none. At first "owner" */
    const char *header; /* one line more, with its CR LF; at first "" */
};

/*
 * For cmocka: *state becomes a scene that is not started yet. Its tokens are
 * called after what they may: owner, administrator, agent; reader and writer,
 * owners with one scope; barred is known and may nothing.
 */
int api_scene_set_up(void **state);
int api_scene_tear_down(void **state);
void api_scene_start(struct api_scene *scene);

/* Three chats: "1", an offline message of 2014-10-09; "2", a support chat of
 * that day; "3", an offline message of 2015. */
void api_scene_fill(struct api_scene *scene);

/* One request on a connection of its own, and its whole answer. body NULL:
 * none. */
const char *api_ask(struct api_scene *scene, const char *method,
                    const char *target, const char *body);
int api_status(const struct api_scene *scene); /* of the last answer */
const char *api_body(const struct api_scene *scene);
/* A header's value; NULL when it is not there. Static. */
const char *api_header(const struct api_scene *scene, const char *name);

/* The answer as JSON, which must have this status. The caller releases. */
json_t *api_json(struct api_scene *scene, const char *method,
                 const char *target, const char *body, int status);
/* Follows a URL of an answer. */
json_t *api_follow(struct api_scene *scene, const json_t *page,
                   const char *name);

const char *api_text(const json_t *object, const char *name);
json_int_t api_number(const json_t *object, const char *name);

#endif

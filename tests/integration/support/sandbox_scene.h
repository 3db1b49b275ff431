/*
 * A sandbox on a port of its own, and clients that are plain connections, in
 * one thread: while a client waits, the loop turns.
 */
#ifndef SUPPORT_SANDBOX_SCENE_H
#define SUPPORT_SANDBOX_SCENE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "net/loop.h"
#include "sandbox/sandbox.h"

#define SANDBOX_TOKEN "a-token"

struct sandbox_scene {
    struct loop *loop;
    struct sandbox *sandbox;
    struct sandbox_options options; /* change before sandbox_scene_start() */
    unsigned drained;
};

/* For cmocka: *state becomes a scene that is not started yet. */
int sandbox_scene_set_up(void **state);
int sandbox_scene_tear_down(void **state);
void sandbox_scene_start(struct sandbox_scene *scene);
void sandbox_scene_restart(struct sandbox_scene *scene);

/* One request on a connection of its own, and all that came back. */
struct talk {
    struct sandbox_scene *scene;
    struct bufferevent *bev;
    struct buf text;
    bool ended; /* by the other side */
    bool reset; /* and not in peace */
};

/* body NULL: none. token NULL: none. */
void talk_begin(struct talk *talk, struct sandbox_scene *scene,
                const char *method, const char *path, const char *body,
                const char *token);
/* Until so much has come, or it has ended. */
void talk_await(struct talk *talk, size_t len);
void talk_await_end(struct talk *talk);
int talk_status(const struct talk *talk);       /* 0: no answer */
const char *talk_body(const struct talk *talk); /* "" if there is none */
bool talk_says(const struct talk *talk, const char *part); /* head or body */
void talk_close(struct talk *talk);

/* A whole talk; its answer must have this status. The caller releases. */
json_t *sandbox_ask(struct sandbox_scene *scene, const char *method,
                    const char *path, const char *body, int status);
int sandbox_status(struct sandbox_scene *scene, const char *method,
                   const char *path, const char *body, const char *token);
void sandbox_put_manner(struct sandbox_scene *scene, const char *json);

/* A member of a member of root, by "a.b.0"; releases root. */
json_t *sandbox_pick(json_t *root, const char *path);
/* Releases the value. */
void sandbox_assert_text(json_t *value, const char *text);
/* That member of the answer to a GET of path. */
void sandbox_assert_shown(struct sandbox_scene *scene, const char *path,
                          const char *member, const char *json);

#endif

/*
 * A server on a port of its own, and clients that are plain sockets, in one
 * thread: while a client waits, the loop turns.
 */
#ifndef HTTP_SCENE_H
#define HTTP_SCENE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/http_server.h"

#define SCENE_TEXT_SIZE 262144

struct scene {
    struct loop *loop;
    struct http_server *server;
    struct http_server_options options; /* change before scene_start() */
    struct http_exchange *held;         /* of the last /later or /stream */
    unsigned handled, gone, drained;
    char text[SCENE_TEXT_SIZE]; /* what the last client read, with a NUL */
    size_t len;
};

/* For cmocka: *state becomes a scene that is not started yet. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

void scene_start(struct scene *scene);

/* One turn of the loop; fails the test when it has waited for long. */
void scene_turn(struct scene *scene, int fd, int64_t give_up_at);
int64_t scene_give_up_at(void);

/* Turns the loop until *count has reached what is wanted. */
void scene_await(struct scene *scene, const unsigned *count, unsigned wanted);
void scene_await_connections(struct scene *scene, size_t wanted);

int scene_connect(struct scene *scene);
void scene_send(struct scene *scene, int fd, const char *text);
void scene_send_n(struct scene *scene, int fd, const void *bytes, size_t len);

/* Reads into scene->text: until it contains wanted; or until the end. */
const char *scene_read(struct scene *scene, int fd, const char *wanted);
const char *scene_read_all(struct scene *scene, int fd);

/* Sends, reads to the end, closes. */
const char *scene_ask(struct scene *scene, const char *request);

/* How often part occurs in text. */
unsigned scene_count(const char *text, const char *part);

#endif

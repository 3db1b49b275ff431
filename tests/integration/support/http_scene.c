/* A server and its clients in one thread. See http_scene.h. */
#include "http_scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/problem.h"

#include "base/banned.h"

#define PATIENCE_MS 20000

static void note_gone(void *context)
{
    struct scene *scene = context;

    scene->gone++;
    scene->held = NULL;
}

static void show_request(struct scene *scene, struct http_exchange *exchange)
{
    struct buf text;
    const char *x = http_header(exchange, "x-shown");

    (void)scene;
    buf_init(&text, SCENE_TEXT_SIZE);
    buf_format(&text, "%s|%s|%s|%s|%s|%zu|", http_method(exchange),
               http_path(exchange), http_query(exchange), x ? x : "(none)",
               http_peer(exchange), http_body_len(exchange));
    buf_text(&text, http_body(exchange));
    http_reply_header(exchange, "X-Made-By", "the test");
    http_reply(exchange, 200, "text/plain", text.data, text.len);
    buf_clear(&text);
}

static void reply_long(struct http_exchange *exchange)
{
    size_t len = 40000000;
    char *body = alloc_zero(len, 1);

    memset(body, 'x', len);
    http_reply(exchange, 200, "text/plain", body, len);
    free(body);
}

static void reply_problem(struct http_exchange *exchange)
{
    static const struct problem_field fields[] = {
        {"email", "required", "Give an address that can be answered"},
        {"na\"me\n", "too_long", "Shorten it"},
    };
    const struct problem problem = {
        .status = 422,
        .type = "invalid-fields",
        .title = "Two fields are wrong",
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0]),
    };

    problem_reply(exchange, &problem);
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct scene *scene = context;
    const char *path = http_path(exchange);

    scene->handled++;
    if (strncmp(path, "/later", 6) == 0 || strcmp(path, "/stream") == 0) {
        scene->held = exchange;
        if (strcmp(path, "/later/told") == 0)
            http_on_gone(exchange, note_gone, scene);
        if (strcmp(path, "/stream") == 0) {
            http_on_gone(exchange, note_gone, scene);
            http_stream_begin(exchange, 200, "text/event-stream");
        }
    } else if (strcmp(path, "/abort") == 0) {
        http_abort(exchange, false);
    } else if (strcmp(path, "/reset") == 0) {
        http_abort(exchange, true);
    } else if (strcmp(path, "/problem") == 0) {
        reply_problem(exchange);
    } else if (strcmp(path, "/long") == 0) {
        reply_long(exchange);
    } else if (strcmp(path, "/tls") == 0) {
        http_reply(exchange, 200, "text/plain",
                   http_is_tls(exchange) ? "secret" : "public", 6);
    } else if (strcmp(path, "/empty") == 0) {
        http_reply(exchange, 204, NULL, NULL, 0);
    } else if (strcmp(path, "/inject") == 0) {
        http_reply_header(exchange, "X-Bad", "a\r\nX-Injected: yes");
        http_reply_header(exchange, "X-Bad\r\nX-Injected", "yes");
        http_reply_header(exchange, "X-Good", "kept");
        http_reply(exchange, 200, "text/plain", "ok", 2);
    } else {
        show_request(scene, exchange);
    }
}

int scene_set_up(void **state)
{
    struct scene *scene = NEW(struct scene);

    scene->loop = loop_new();
    http_server_options_default(&scene->options);
    scene->options.listen = "127.0.0.1:0";
    *state = scene;
    return 0;
}

void scene_start(struct scene *scene)
{
    struct error err;

    scene->server =
        http_server_new(scene->loop, &scene->options, handle, scene, &err);
    if (!scene->server)
        fail_msg("%s", err.text);
}

int scene_tear_down(void **state)
{
    struct scene *scene = *state;

    http_server_free(scene->server);
    loop_free(scene->loop);
    free(scene);
    return 0;
}

int64_t scene_give_up_at(void)
{
    return clock_boot_ms() + PATIENCE_MS;
}

void scene_turn(struct scene *scene, int fd, int64_t give_up_at)
{
    struct pollfd ready = {fd, POLLIN, 0};

    if (clock_boot_ms() > give_up_at)
        fail_msg("waited in vain; so far there is: %s", scene->text);
    event_base_loop(loop_base(scene->loop), EVLOOP_NONBLOCK);
    poll(&ready, 1, 1);
}

void scene_await(struct scene *scene, const unsigned *count, unsigned wanted)
{
    int64_t give_up_at = scene_give_up_at();

    while (*count < wanted)
        scene_turn(scene, -1, give_up_at);
}

void scene_await_connections(struct scene *scene, size_t wanted)
{
    int64_t give_up_at = scene_give_up_at();

    while (http_server_connections(scene->server) != wanted)
        scene_turn(scene, -1, give_up_at);
}

int scene_connect(struct scene *scene)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_port = htons((uint16_t)http_server_port(scene->server));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        fail_msg("connect: %s", strerror(errno));
    return fd;
}

void scene_send_n(struct scene *scene, int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    int64_t give_up_at = scene_give_up_at();

    while (len) {
        ssize_t sent = send(fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (sent < 0 && errno != EAGAIN)
            return; /* the server has hung up; the answer says why */
        if (sent > 0) {
            at += sent;
            len -= (size_t)sent;
        }
        scene_turn(scene, -1, give_up_at);
    }
}

void scene_send(struct scene *scene, int fd, const char *text)
{
    scene_send_n(scene, fd, text, strlen(text));
}

/* False at the end of what the server sends, be it a reset. */
static bool receive(struct scene *scene, int fd)
{
    size_t room = SCENE_TEXT_SIZE - 1 - scene->len;
    ssize_t len = recv(fd, scene->text + scene->len, room, MSG_DONTWAIT);

    if (len < 0 && errno == ECONNRESET)
        snprintf(scene->text + scene->len, room, "(reset)");
    if (len == 0 || (len < 0 && errno != EAGAIN))
        return false;
    scene->len += len > 0 ? (size_t)len : 0;
    scene->text[scene->len] = '\0';
    return true;
}

const char *scene_read(struct scene *scene, int fd, const char *wanted)
{
    int64_t give_up_at = scene_give_up_at();

    scene->len = 0;
    scene->text[0] = '\0';
    while (!strstr(scene->text, wanted)) {
        scene_turn(scene, fd, give_up_at);
        if (!receive(scene, fd) && !strstr(scene->text, wanted))
            fail_msg("closed without '%s': %s", wanted, scene->text);
    }
    return scene->text;
}

const char *scene_read_all(struct scene *scene, int fd)
{
    int64_t give_up_at = scene_give_up_at();

    scene->len = 0;
    scene->text[0] = '\0';
    do
        scene_turn(scene, fd, give_up_at);
    while (receive(scene, fd));
    return scene->text;
}

const char *scene_ask(struct scene *scene, const char *request)
{
    int fd = scene_connect(scene);

    scene_send(scene, fd, request);
    scene_read_all(scene, fd);
    close(fd);
    return scene->text;
}

unsigned scene_count(const char *text, const char *part)
{
    unsigned count = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        count++;
    return count;
}

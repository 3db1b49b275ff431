/* A sandbox and its clients in one thread. See sandbox_scene.h. */
#include "sandbox_scene.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/alloc.h"
#include "run.h"

#include "base/banned.h"

#define TALK_MAX ((size_t)64 * 1024 * 1024)

int sandbox_scene_set_up(void **state)
{
    struct sandbox_scene *scene = NEW(struct sandbox_scene);

    scene->loop = loop_new();
    sandbox_options_default(&scene->options);
    scene->options.listen = "127.0.0.1:0";
    scene->options.tokens[scene->options.token_count++] = SANDBOX_TOKEN;
    scene->options.seed = 1;
    scene->options.manner.ticket_delay_ms = 0;
    scene->options.manner.search_lag_ms = 0;
    *state = scene;
    return 0;
}

int sandbox_scene_tear_down(void **state)
{
    struct sandbox_scene *scene = *state;

    sandbox_free(scene->sandbox);
    loop_free(scene->loop);
    free(scene);
    return 0;
}

void sandbox_scene_start(struct sandbox_scene *scene)
{
    struct error err = {0};

    scene->sandbox = sandbox_new(scene->loop, &scene->options, &err);
    if (!scene->sandbox)
        fail_msg("%s", err.text);
}

void sandbox_scene_restart(struct sandbox_scene *scene)
{
    sandbox_free(scene->sandbox);
    sandbox_scene_start(scene);
}

static void on_read(struct bufferevent *bev, void *context)
{
    struct talk *talk = context;
    struct evbuffer *in = bufferevent_get_input(bev);
    size_t len = evbuffer_get_length(in);

    buf_add(&talk->text, evbuffer_pullup(in, -1), len);
    evbuffer_drain(in, len);
}

static void on_event(struct bufferevent *bev, short what, void *context)
{
    struct talk *talk = context;

    if (what & BEV_EVENT_CONNECTED)
        return;
    on_read(bev, talk);
    talk->ended = true;
    talk->reset = (what & BEV_EVENT_ERROR) != 0;
}

void talk_begin(struct talk *talk, struct sandbox_scene *scene,
                const char *method, const char *path, const char *body,
                const char *token)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)sandbox_port(scene->sandbox)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct evbuffer *out;

    memset(talk, 0, sizeof(*talk));
    talk->scene = scene;
    buf_init(&talk->text, TALK_MAX);
    talk->bev = bufferevent_socket_new(loop_base(scene->loop), -1,
                                       BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(talk->bev, on_read, NULL, on_event, talk);
    bufferevent_enable(talk->bev, EV_READ | EV_WRITE);
    out = bufferevent_get_output(talk->bev);
    evbuffer_add_printf(out, "%s %s HTTP/1.1\r\nHost: chat.test\r\n", method,
                        path);
    if (token)
        evbuffer_add_printf(out, "Authorization: Bearer %s\r\n", token);
    if (body)
        evbuffer_add_printf(out,
                            "Content-Type: application/json\r\n"
                            "Content-Length: %zu\r\n",
                            strlen(body));
    evbuffer_add_printf(out, "Connection: close\r\n\r\n%s", body ? body : "");
    bufferevent_socket_connect(talk->bev, (struct sockaddr *)&address,
                               sizeof(address));
}

struct wanted {
    const struct talk *talk;
    size_t len;
};

static bool has_come(void *context)
{
    const struct wanted *wanted = context;

    return wanted->talk->ended || wanted->talk->text.len >= wanted->len;
}

void talk_await(struct talk *talk, size_t len)
{
    struct wanted wanted = {talk, len};

    if (!run_until(talk->scene->loop, has_come, &wanted, RUN_PATIENCE_MS))
        fail_msg("only this came: %.400s", buf_str(&talk->text));
}

void talk_await_end(struct talk *talk)
{
    talk_await(talk, SIZE_MAX);
}

int talk_status(const struct talk *talk)
{
    const char *text = buf_str(&talk->text);

    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10)
                                              : 0;
}

const char *talk_body(const struct talk *talk)
{
    const char *body = strstr(buf_str(&talk->text), "\r\n\r\n");

    return body ? body + 4 : "";
}

bool talk_says(const struct talk *talk, const char *part)
{
    return strstr(buf_str(&talk->text), part) != NULL;
}

void talk_close(struct talk *talk)
{
    bufferevent_free(talk->bev);
    buf_clear(&talk->text);
}

json_t *sandbox_ask(struct sandbox_scene *scene, const char *method,
                    const char *path, const char *body, int status)
{
    struct talk talk;
    json_t *root;

    talk_begin(&talk, scene, method, path, body, SANDBOX_TOKEN);
    talk_await_end(&talk);
    if (talk_status(&talk) != status)
        fail_msg("%s %s: %.400s", method, path, buf_str(&talk.text));
    root = json_loads(talk_body(&talk), JSON_ALLOW_NUL, NULL);
    assert_true(root || status == 204);
    talk_close(&talk);
    return root;
}

void sandbox_put_manner(struct sandbox_scene *scene, const char *json)
{
    json_decref(sandbox_ask(scene, "PUT", "/_sandbox/manner", json, 200));
}

/* A member of a member of root, by "a.b.0"; releases root. */
json_t *sandbox_pick(json_t *root, const char *path)
{
    char names[128], *rest = names;
    json_t *at = root;

    snprintf(names, sizeof(names), "%s", path);
    while (rest) {
        const char *name = strsep(&rest, ".");

        at = json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10))
                               : json_object_get(at, name);
    }
    json_incref(at);
    json_decref(root);
    return at;
}

void sandbox_assert_text(json_t *value, const char *text)
{
    assert_string_equal(json_string_value(value), text);
    json_decref(value);
}

void sandbox_assert_shown(struct sandbox_scene *scene, const char *path,
                          const char *member, const char *json)
{
    json_t *value =
        sandbox_pick(sandbox_ask(scene, "GET", path, NULL, 200), member);
    json_t *expected = json_loads(json, JSON_DECODE_ANY, NULL);

    if (!json_equal(value, expected))
        fail_msg("%s of %s is %s, not %s", member, path,
                 json_dumps(value, JSON_ENCODE_ANY), json);
    json_decref(value);
    json_decref(expected);
}

int sandbox_status(struct sandbox_scene *scene, const char *method,
                   const char *path, const char *body, const char *token)
{
    struct talk talk;
    int status;

    talk_begin(&talk, scene, method, path, body, token);
    talk_await_end(&talk);
    status = talk_status(&talk);
    talk_close(&talk);
    return status;
}

/*
 * libcurl's sockets on the loop. A kept connection's socket is put down by
 * libcurl after each answer and taken up again for the next request; for
 * sockets that we opened and will see closed, the kernel is not told of the
 * pause, which spares two system calls a request. See http_client.h.
 */
#include "net/http_client_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/alloc.h"

#include "base/banned.h"

struct watch {
    struct event event;
    struct watches *watches;
    short wanted; /* by libcurl: EV_READ, EV_WRITE */
    short armed;  /* in the kernel */
    bool ours;    /* opened by http_guard_open(), closed by watches_close() */
};

/* Descriptors are small numbers, so they are the index. */
struct watches {
    struct http_client *client;
    struct watch **by_fd; /* owned, and so is each of them */
    size_t size;
};

struct watches *watches_new(struct http_client *client)
{
    struct watches *watches = NEW(struct watches);

    watches->client = client;
    return watches;
}

static void disarm(struct watch *watch)
{
    if (watch->armed)
        event_del(&watch->event);
    watch->armed = 0;
}

void watches_free(struct watches *watches)
{
    for (size_t i = 0; i < watches->size; i++) {
        if (watches->by_fd[i])
            disarm(watches->by_fd[i]);
        free(watches->by_fd[i]);
    }
    free(watches->by_fd);
    free(watches);
}

static struct watch *find(struct watches *watches, int fd)
{
    size_t place = (size_t)fd;
    size_t size = watches->size;

    if (place >= size) {
        size = place + 64;
        watches->by_fd =
            alloc_resize(watches->by_fd, size, sizeof(struct watch *));
        memset(watches->by_fd + watches->size, 0,
               (size - watches->size) * sizeof(struct watch *));
        watches->size = size;
    }
    if (!watches->by_fd[place]) {
        watches->by_fd[place] = NEW(struct watch);
        watches->by_fd[place]->watches = watches;
    }
    return watches->by_fd[place];
}

static void happened(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;
    struct http_client *client = watch->watches->client;
    int running;
    int bits = 0;

    what &= watch->wanted;
    if (!what) { /* a kept connection was closed, or says what nobody asked */
        disarm(watch);
        return;
    }
    if (what & EV_READ)
        bits |= CURL_CSELECT_IN;
    if (what & EV_WRITE)
        bits |= CURL_CSELECT_OUT;
    http_client_enter(client);
    curl_multi_socket_action(client->multi, fd, bits, &running);
    http_client_take_finished(client);
    http_client_leave(client);
}

static void arm(struct watch *watch, int fd, short what)
{
    struct event_base *base = loop_base(watch->watches->client->loop);

    if (what == watch->armed)
        return;
    disarm(watch);
    if (!what)
        return;
    event_assign(&watch->event, base, fd, (short)(what | EV_PERSIST), happened,
                 watch);
    event_add(&watch->event, NULL);
    watch->armed = what;
}

int watches_changed(CURL *easy, curl_socket_t fd, int what, void *context,
                    void *unused)
{
    struct watch *watch = find(context, fd);

    (void)easy;
    (void)unused;
    watch->wanted = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        watch->wanted |= EV_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        watch->wanted |= EV_WRITE;
    if (watch->wanted || !watch->ours)
        arm(watch, fd, watch->wanted);
    else
        arm(watch, fd, watch->armed & EV_READ);
    return 0;
}

void watches_opened(struct watches *watches, int fd)
{
    struct watch *watch = find(watches, fd);

    disarm(watch);
    watch->wanted = 0;
    watch->ours = true;
}

int watches_close(void *context, curl_socket_t fd)
{
    struct watch *watch = find(context, fd);

    disarm(watch);
    watch->wanted = 0;
    watch->ours = false;
    return close(fd);
}

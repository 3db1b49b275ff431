/*
 * A connection of the server, fed any bytes in any pieces. The handler puts
 * what it was told into the answer's headers, where it must do no harm; a byte
 * of the input says what else it does.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "net/http_connection.h"

#include "base/banned.h"

static struct http_exchange *held;

static void forget(void *context)
{
    (void)context;
    held = NULL;
}

static void answer(struct http_exchange *exchange)
{
    const char *value = http_header(exchange, "x");
    struct buf decoded;

    buf_init(&decoded, 65536);
    if (http_query_value(exchange, "x", &decoded))
        http_reply_header(exchange, "X-Query", buf_str(&decoded));
    if (value)
        http_reply_header(exchange, "X-Value", value);
    if (strlen(http_body(exchange)) > http_body_len(exchange))
        abort();
    http_reply(exchange, 200, "text/plain", http_body(exchange),
               http_body_len(exchange));
    buf_clear(&decoded);
}

static void handle(void *context, struct http_exchange *exchange)
{
    const char *path = http_path(exchange);

    (void)context;
    if (!held && strcmp(path, "/later") == 0) {
        held = exchange;
    } else if (!held && strcmp(path, "/stream") == 0) {
        held = exchange;
        http_on_gone(exchange, forget, NULL);
        http_stream_begin(exchange, 200, "text/plain");
        http_stream_write(exchange, "piece", 5);
    } else if (strcmp(path, "/abort") == 0) {
        http_abort(exchange, true);
    } else {
        answer(exchange);
    }
}

static void finish_held(void)
{
    struct http_exchange *exchange = held;

    held = NULL;
    if (exchange && exchange->connection->phase == PHASE_STREAM)
        http_stream_end(exchange);
    else if (exchange)
        answer(exchange);
}

/* Nothing but answers may come back, and no header of an input's making. */
static void check_output(int fd)
{
    static char output[1 << 20];
    ssize_t len = recv(fd, output, sizeof(output) - 1, MSG_DONTWAIT);

    if (len <= 0)
        return;
    output[len] = '\0';
    if (memcmp(output, "HTTP/1.1 ", 9) != 0)
        abort();
}

static struct http_server *start(struct loop *loop)
{
    struct http_server_options options;
    struct error err;

    http_server_options_default(&options);
    options.listen = "127.0.0.1:0";
    options.max_head = 2048;
    options.max_body = 2048;
    return http_server_new(loop, &options, handle, NULL, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct loop *loop;
    static struct http_server *server;
    struct address address;
    size_t step = size ? 1 + data[size - 1] : 1;
    int ends[2];

    if (!loop) {
        loop = loop_new();
        log_setup(LOG_LEVEL_ERROR + 1, LOG_FORMAT_LOGFMT, "fuzz");
        server = start(loop);
    }
    if (!address_parse("192.0.2.1", &address) || !server ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    server->count++;
    connection_new(server, ends[0], &address, true);
    for (size_t at = 0; at < size; at += step) {
        size_t len = step < size - at ? step : size - at;

        if (send(ends[1], data + at, len, MSG_NOSIGNAL) < 0)
            break;
        event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
        if (at % 3 == 0)
            finish_held();
    }
    event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
    check_output(ends[1]);
    close(ends[1]);
    while (server->first) {
        event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
        finish_held();
    }
    return 0;
}

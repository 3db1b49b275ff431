/*
 * Chunked bodies: each row says what is answered, 200 standing for "read", and
 * the body; each is fed whole, byte by byte, and cut in two at every place.
 */
#include "net/http_chunks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BODY     1000
#define BYTES(text)  text, sizeof(text) - 1

/* clang-format off */
static const struct row {
    const char *bytes;
    size_t len;
    int status; /* 0: more is needed */
    const char *body;
    size_t behind; /* bytes that are not the body's any more */
} rows[] = {
    { BYTES("0\r\n\r\n"), 200, "", 0 },
    { BYTES("000\r\n\r\n"), 200, "", 0 },
    { BYTES("5\r\nhello\r\n0\r\n\r\n"), 200, "hello", 0 },
    { BYTES("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), 200, "abc", 0 },
    { BYTES("a\r\n0123456789\r\n0\r\n\r\n"), 200, "0123456789", 0 },
    { BYTES("A\r\n0123456789\r\n0\r\n\r\n"), 200, "0123456789", 0 },
    { BYTES("00000005\r\nhello\r\n0\r\n\r\n"), 200, "hello", 0 },
    { BYTES("5\r\n\r\n\r\n0\r\n0\r\n\r\n"), 200, "\r\n\r\n0", 0 },
    { BYTES("4\r\n\r\n\r\n\r\n0\r\n\r\n"), 200, "\r\n\r\n", 0 },
    { BYTES("0\r\n\r\nGET / HTTP/1.1\r\n"), 200, "", 16 },
    { BYTES("1\r\na\r\n0\r\n\r\n\r\n"), 200, "a", 2 },
    /* extensions and trailers are read and dropped */
    { BYTES("1;a\r\nx\r\n0\r\n\r\n"), 200, "x", 0 },
    { BYTES("1;a=b;c=\"d e\"\r\nx\r\n0;z\r\n\r\n"), 200, "x", 0 },
    { BYTES("0\r\nX: y\r\n\r\n"), 200, "", 0 },
    { BYTES("0\r\nX:\r\nY:\ty \r\n\r\n"), 200, "", 0 },
    { BYTES("0\r\nContent-Length: 9\r\nHost: z\r\n\r\n"), 200, "", 0 },
    /* sizes that are wrong */
    { BYTES("\r\n\r\n"), 400, "", 0 },
    { BYTES("g\r\n"), 400, "", 0 },
    { BYTES(" 5\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5 \r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5\t\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("+5\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("-5\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("0x5\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5,5\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5.\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5\0\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES(";a\r\n"), 400, "", 0 },
    { BYTES("000000005\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("100000000\r\n"), 400, "", 0 },
    { BYTES("10000000000000005\r\nhello"), 400, "", 0 },
    { BYTES("\xef\xbc\x95\r\nhello"), 400, "", 0 },
    /* line ends that are wrong */
    { BYTES("5\nhello\n0\n\n"), 400, "", 0 },
    { BYTES("5\rhello\r0\r\r"), 400, "", 0 },
    { BYTES("5\r\r\nhello\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("5\r\nhello\n0\r\n\r\n"), 400, "hello", 0 },
    { BYTES("5\r\nhello0\r\n\r\n"), 400, "hello", 0 },
    { BYTES("5\r\nhello!\r\n0\r\n\r\n"), 400, "hello", 0 },
    { BYTES("5\r\nhello\r0\r\n\r\n"), 400, "hello", 0 },
    { BYTES("0\r\n\n"), 400, "", 0 },
    { BYTES("0\n\n"), 400, "", 0 },
    { BYTES("0\r\n\rX"), 400, "", 0 },
    { BYTES("1\r\na\r\n\r\n0\r\n\r\n"), 400, "a", 0 },
    /* extensions and trailers that are wrong */
    { BYTES("1;\r\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1; a\r\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1 ;a\r\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1;a\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1;a\rx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1;a\0\r\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("1;a=\"\x1b\"\r\nx\r\n0\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX : y\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\n X: y\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX: y\r\n z\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\n: y\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX: y\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX: \0\r\n\r\n"), 400, "", 0 },
    { BYTES("0\r\nX: y\r\r\n\r\n"), 400, "", 0 },
    /* too large */
    { BYTES("3e9\r\n"), 413, "", 0 },
    { BYTES("ffffffff\r\n"), 413, "", 0 },
    { BYTES("1\r\na\r\n3e8\r\n"), 413, "a", 0 },
    /* not whole yet */
    { BYTES(""), 0, "", 0 },
    { BYTES("3e8\r\n"), 0, "", 0 },
    { BYTES("5\r\nhel"), 0, "hel", 0 },
    { BYTES("5\r\nhello\r\n0\r\n"), 0, "hello", 0 },
    { BYTES("5\r\nhello\r\n0\r\n\r"), 0, "hello", 0 },
};
/* clang-format on */

struct result {
    int status;
    char body[MAX_BODY + 1];
    size_t body_len, behind;
};

/* In place, as the server does it: the body grows over the framing. */
static void decode(const char *bytes, size_t len, size_t first, size_t step,
                   struct result *result)
{
    char *memory = test_malloc(len ? len : 1);
    enum http_parsed parsed = HTTP_PARSED_MORE;
    struct http_chunks chunks;
    size_t put = 0, at = 0, used, written;

    memcpy(memory, bytes, len);
    http_chunks_init(&chunks, MAX_BODY);
    for (size_t end = first; parsed == HTTP_PARSED_MORE; end += step) {
        size_t stop = end < len ? end : len;

        parsed = http_chunks_read(&chunks, memory + at, stop - at, &used,
                                  memory + put, &written);
        at += used;
        put += written;
        if (stop == len)
            break;
    }
    assert_int_equal(chunks.body_len, put);
    memcpy(result->body, memory, put);
    result->body_len = put;
    result->behind = len - at;
    result->status = parsed == HTTP_PARSED_ALL ? 200 : chunks.status;
    test_free(memory);
}

static void check(const struct row *row, const char *how, size_t first,
                  size_t step)
{
    struct result result;

    decode(row->bytes, row->len, first, step, &result);
    if (result.status != row->status)
        fail_msg("row %td, %s: %d, not %d", row - rows, how, result.status,
                 row->status);
    if (result.body_len != strlen(row->body) ||
        memcmp(result.body, row->body, result.body_len) != 0)
        fail_msg("row %td, %s: another body", row - rows, how);
    if (row->status == 200)
        assert_int_equal(result.behind, row->behind);
}

static void every_chunked_body_is_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check(&rows[i], "whole", rows[i].len, 1);
}

static void how_the_chunks_arrive_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        check(&rows[i], "byte by byte", 1, 1);
        for (size_t cut = 1; cut < rows[i].len; cut++)
            check(&rows[i], "cut", cut, rows[i].len);
    }
}

static int status_with(const char *before, size_t count, const char *after)
{
    struct result result;
    struct buf bytes;

    buf_init(&bytes, 100000);
    buf_text(&bytes, before);
    buf_format(&bytes, "%0*d", (int)count, 0);
    buf_text(&bytes, after);
    decode(bytes.data, bytes.len, bytes.len, 1, &result);
    buf_clear(&bytes);
    return result.status;
}

static void what_is_dropped_has_its_limit(void **state)
{
    /* "a", "X:" and the line end count as well. */
    const size_t most = HTTP_CHUNK_EXTRA_MAX - 3;

    (void)state;
    assert_int_equal(status_with("0;a", 100, "\r\n\r\n"), 200);
    assert_int_equal(status_with("0;a", most, "\r\n\r\n"), 200);
    assert_int_equal(status_with("0;a", most + 2, "\r\n\r\n"), 431);
    assert_int_equal(status_with("0\r\nX:", most - 1, "\r\n\r\n"), 200);
    assert_int_equal(status_with("0\r\nX:", most, "\r\n\r\n"), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunked_body_is_read_or_refused),
        cmocka_unit_test(how_the_chunks_arrive_changes_nothing),
        cmocka_unit_test(what_is_dropped_has_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

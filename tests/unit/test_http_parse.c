/*
 * Heads of requests: each row of the table says what is answered, 200 standing
 * for "read"; each is fed whole, byte by byte, and cut in two at every place.
 */
#include "net/http_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http_heads.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_HEAD     16384

static int status_of(const struct http_head *head, enum http_parsed parsed)
{
    if (parsed == HTTP_PARSED_BAD)
        return head->status;
    return parsed == HTTP_PARSED_ALL ? 200 : 0;
}

/* Memory of its exact size, so that the sanitizer sees every step beyond. */
static enum http_parsed feed(struct http_head *head, const char *bytes,
                             size_t len)
{
    char *exact = test_malloc(len ? len : 1);
    enum http_parsed parsed;

    memcpy(exact, bytes, len);
    parsed = http_parse_head(head, exact, len);
    test_free(exact);
    return parsed;
}

static int whole(const char *bytes, size_t len, struct http_head *head)
{
    http_head_init(head, MAX_HEAD);
    return status_of(head, feed(head, bytes, len));
}

/* Fed in steps of so many bytes, the first one of first bytes. */
static int in_steps(const char *bytes, size_t len, size_t first, size_t step,
                    struct http_head *head)
{
    enum http_parsed parsed = HTTP_PARSED_MORE;

    http_head_init(head, MAX_HEAD);
    for (size_t end = first; parsed == HTTP_PARSED_MORE; end += step) {
        parsed = feed(head, bytes, end < len ? end : len);
        if (end >= len)
            break;
    }
    return status_of(head, parsed);
}

static void assert_status(const char *how, size_t row, int status)
{
    if (status != rows[row].status)
        fail_msg("row %zu, %s: %d, not %d: %s", row, how, status,
                 rows[row].status, rows[row].bytes);
}

static void every_head_is_read_or_refused(void **state)
{
    struct http_head head;

    (void)state;
    assert_true(COUNT(rows) >= 150);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_status("whole", i, whole(rows[i].bytes, rows[i].len, &head));
        if (rows[i].status >= 400)
            assert_non_null(head.why);
    }
}

static void how_the_bytes_arrive_changes_nothing(void **state)
{
    struct http_head head, expected;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *bytes = rows[i].bytes;
        size_t len = rows[i].len;

        whole(bytes, len, &expected);
        assert_status("byte by byte", i, in_steps(bytes, len, 0, 1, &head));
        assert_int_equal(head.len, expected.len);
        for (size_t cut = 1; cut < len; cut++)
            assert_status("cut", i, in_steps(bytes, len, cut, len, &head));
    }
}

static void what_follows_a_head_is_not_touched(void **state)
{
    static const char next[] = "\r\n\0garbage";
    struct http_head head;
    char bytes[1024];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].status != 200)
            continue;
        memcpy(bytes, rows[i].bytes, rows[i].len);
        memcpy(bytes + rows[i].len, next, sizeof(next));
        assert_status("followed", i,
                      whole(bytes, rows[i].len + sizeof(next), &head));
        assert_int_equal(head.len, rows[i].len);
    }
}

static void assert_span(const char *bytes, struct http_span span,
                        const char *text)
{
    assert_int_equal(span.len, strlen(text));
    assert_memory_equal(bytes + span.at, text, span.len);
}

static void the_parts_of_a_head_are_found(void **state)
{
    static const char bytes[] =
        "POST /f/a?b=c HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 42\r\nEmpty:\r\n"
        "X-Y: \t a b \t\r\nExpect: 100-continue\r\n\r\n";
    struct http_head head;

    (void)state;
    assert_int_equal(whole(BYTES(bytes), &head), 200);
    assert_span(bytes, head.method, "POST");
    assert_span(bytes, head.path, "/f/a");
    assert_span(bytes, head.query, "b=c");
    assert_int_equal(head.minor, 1);
    assert_true(head.has_length && !head.chunked && head.keep_alive);
    assert_true(head.expect_continue && !head.obs_text);
    assert_int_equal(head.content_length, 42);
    assert_int_equal(head.field_count, 5);
    assert_span(bytes, head.fields[2].name, "Empty");
    assert_span(bytes, head.fields[2].value, "");
    assert_span(bytes, head.fields[3].name, "X-Y");
    assert_span(bytes, head.fields[3].value, "a b");
}

static void behind_every_part_lies_a_separator(void **state)
{
    static const char separators[] = " ?:\r\t";
    struct http_head head;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *bytes = rows[i].bytes;

        if (whole(bytes, rows[i].len, &head) != 200)
            continue;
        assert_int_equal(bytes[head.method.at + head.method.len], ' ');
        assert_int_equal(bytes[head.query.at + head.query.len], ' ');
        assert_non_null(
            strchr(separators, bytes[head.path.at + head.path.len]));
        for (size_t f = 0; f < head.field_count; f++) {
            struct http_field field = head.fields[f];

            assert_int_equal(bytes[field.name.at + field.name.len], ':');
            assert_non_null(
                strchr(separators, bytes[field.value.at + field.value.len]));
        }
    }
}

static void the_connection_is_kept_as_asked(void **state)
{
    /* clang-format off */
    static const struct { const char *bytes; bool keep; } cases[] = {
        { FIELD("X: y"),                                   true  },
        { FIELD("Connection: keep-alive"),                 true  },
        { FIELD("Connection: close"),                      false },
        { FIELD("Connection: CLOSE"),                      false },
        { FIELD("Connection: closed"),                     true  },
        { FIELD("Connection: x ,\tclose"),                 false },
        { FIELD("Connection: keep-alive, close"),          false },
        { FIELD("Connection: x\r\nConnection: close"),     false },
        { HEAD0("X: y"),                                   false },
        { HEAD0("Connection: Keep-Alive"),                 true  },
        { HEAD0("Connection: keep-alive, close"),          false },
    };
    /* clang-format on */
    struct http_head head;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(whole(cases[i].bytes, strlen(cases[i].bytes), &head),
                         200);
        assert_int_equal(head.keep_alive, cases[i].keep);
    }
}

static void a_length_beyond_all_numbers_is_the_largest(void **state)
{
    static const char bytes[] = FIELD("Content-Length: 18446744073709551617");
    struct http_head head;

    (void)state;
    assert_int_equal(whole(BYTES(bytes), &head), 200);
    assert_true(head.content_length == UINT64_MAX);
}

static void bytes_beyond_ascii_are_marked(void **state)
{
    static const char plain[] = FIELD("X: e"), other[] = FIELD("X: \xe9");
    struct http_head head;

    (void)state;
    assert_int_equal(whole(BYTES(plain), &head), 200);
    assert_false(head.obs_text);
    assert_int_equal(whole(BYTES(other), &head), 200);
    assert_true(head.obs_text);
}

/* A head of the given parts' sizes; its answer whole, and in pieces. */
static int status_of_size(size_t target_len, size_t fields, size_t value_len)
{
    struct http_head head;
    struct buf bytes;
    int status;

    buf_init(&bytes, 1000000);
    buf_format(&bytes, "GET /%0*d HTTP/1.1\r\nHost: x\r\n", (int)target_len - 1,
               0);
    for (size_t i = 0; i < fields; i++)
        buf_format(&bytes, "X: %0*d\r\n", (int)value_len, 0);
    buf_text(&bytes, "\r\n");
    status = whole(bytes.data, bytes.len, &head);
    assert_int_equal(in_steps(bytes.data, bytes.len, 0, 97, &head), status);
    buf_clear(&bytes);
    return status;
}

static void sizes_have_their_limits(void **state)
{
    /* "GET " and the version, Host's line and the blank one; "X: ". */
    const size_t around = 4 + 11 + 9 + 2, field = 5;

    (void)state;
    assert_int_equal(status_of_size(HTTP_TARGET_MAX, 0, 0), 200);
    assert_int_equal(status_of_size(HTTP_TARGET_MAX + 1, 0, 0), 414);
    assert_int_equal(status_of_size(100000, 0, 0), 414);
    assert_int_equal(status_of_size(2, HTTP_FIELDS_MAX - 1, 1), 200);
    assert_int_equal(status_of_size(2, HTTP_FIELDS_MAX, 1), 431);
    assert_int_equal(status_of_size(2, 1, MAX_HEAD - around - 2 - field), 200);
    assert_int_equal(status_of_size(2, 1, MAX_HEAD - around - 1 - field), 431);
    assert_int_equal(status_of_size(2, 1, 100000), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_head_is_read_or_refused),
        cmocka_unit_test(how_the_bytes_arrive_changes_nothing),
        cmocka_unit_test(what_follows_a_head_is_not_touched),
        cmocka_unit_test(the_parts_of_a_head_are_found),
        cmocka_unit_test(behind_every_part_lies_a_separator),
        cmocka_unit_test(the_connection_is_kept_as_asked),
        cmocka_unit_test(a_length_beyond_all_numbers_is_the_largest),
        cmocka_unit_test(bytes_beyond_ascii_are_marked),
        cmocka_unit_test(sizes_have_their_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

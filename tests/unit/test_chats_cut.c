/* A search that finds too many, cut by time. */
#include "cmd/chats_cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define ROOM 512

static const char *query_of(const struct chats_cut *cut,
                            const struct chats_span *piece)
{
    static char text[ROOM];
    struct buf out;

    buf_init(&out, ROOM - 1);
    chats_cut_query(cut, piece, &out);
    memcpy(text, buf_str(&out), out.len + 1);
    buf_clear(&out);
    return text;
}

static void what_fits_is_asked_as_it_was_written(void **state)
{
    struct chats_cut cut;
    struct chats_span piece;

    (void)state;
    chats_cut_begin(&cut, "type:chat  AND x");
    assert_true(chats_cut_next(&cut, &piece));
    assert_string_equal(query_of(&cut, &piece), "type:chat  AND x");
    assert_false(chats_cut_next(&cut, &piece));
}

static void halves_are_open_outside_and_the_newer_comes_first(void **state)
{
    struct chats_cut cut;
    struct chats_span piece;

    (void)state;
    chats_cut_begin(&cut, "tea");
    assert_true(chats_cut_next(&cut, &piece));
    assert_true(chats_cut_halve(&cut, &piece));
    assert_true(chats_cut_next(&cut, &piece));
    assert_string_equal(query_of(&cut, &piece),
                        "tea AND timestamp:[2035-01-01T00:00:01Z TO *]");
    assert_true(chats_cut_next(&cut, &piece));
    assert_string_equal(query_of(&cut, &piece),
                        "tea AND timestamp:[* TO 2035-01-01T00:00:00Z]");
    assert_false(chats_cut_next(&cut, &piece));
}

static void a_range_of_the_query_is_where_it_begins(void **state)
{
    struct chats_cut cut;
    struct chats_span piece;

    (void)state;
    chats_cut_begin(&cut, "timestamp:[2014-10-09 TO 2014-10-10] tea");
    assert_true(chats_cut_next(&cut, &piece));
    assert_true(chats_cut_halve(&cut, &piece));
    assert_true(chats_cut_next(&cut, &piece));
    assert_string_equal(query_of(&cut, &piece),
                        "timestamp:[2014-10-09 TO 2014-10-10] tea AND "
                        "timestamp:[2014-10-10T00:00:00Z TO "
                        "2014-10-10T23:59:59Z]");
}

static void a_query_we_cannot_read_is_put_in_parentheses(void **state)
{
    struct chats_cut cut;
    struct chats_span piece;

    (void)state;
    chats_cut_begin(&cut, "tea OR coffee");
    assert_true(chats_cut_next(&cut, &piece));
    assert_string_equal(query_of(&cut, &piece), "tea OR coffee");
    assert_true(chats_cut_halve(&cut, &piece));
    assert_true(chats_cut_next(&cut, &piece));
    assert_memory_equal(query_of(&cut, &piece), "(tea OR coffee) AND ", 20);
}

static void one_second_cannot_be_cut(void **state)
{
    static const struct chats_span second = {1412832515, 1412832515};
    static const struct chats_span before = {INT64_MIN, -5};
    static const struct chats_span after = {INT64_C(5000000000), INT64_MAX};
    struct chats_cut cut;

    (void)state;
    chats_cut_begin(&cut, "tea");
    assert_false(chats_cut_halve(&cut, &second));
    assert_false(chats_cut_halve(&cut, &before));
    assert_false(chats_cut_halve(&cut, &after));
}

/* Every piece that is longer than `longest` is halved, as far as it goes. */
static void walk(const char *query, int64_t longest)
{
    struct chats_cut cut;
    struct chats_span piece, newer = {0, 0};
    size_t pieces = 0;

    chats_cut_begin(&cut, query);
    while (chats_cut_next(&cut, &piece)) {
        bool open = piece.from == INT64_MIN || piece.to == INT64_MAX;

        if (!open && piece.to - piece.from >= longest) {
            assert_true(chats_cut_halve(&cut, &piece));
            continue;
        }
        if (open && pieces < 40 && chats_cut_halve(&cut, &piece)) {
            pieces++;
            continue;
        }
        if (newer.to)
            assert_int_equal(piece.to + 1, newer.from);
        newer = piece;
    }
}

static void pieces_leave_nothing_out_and_do_not_overlap(void **state)
{
    (void)state;
    walk("timestamp:[2014-10-09T10:00:00 TO 2014-10-09T10:01:00]", 1);
    walk("timestamp:[2014-10-09 TO 2014-10-12]", 1000);
    walk("tea", INT64_C(1000000000));
    walk("timestamp:[2014-10-09 TO *]", INT64_C(100000000));
    walk("timestamp:[* TO 2014-10-09]", INT64_C(100000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_asked_as_it_was_written),
        cmocka_unit_test(halves_are_open_outside_and_the_newer_comes_first),
        cmocka_unit_test(a_range_of_the_query_is_where_it_begins),
        cmocka_unit_test(a_query_we_cannot_read_is_put_in_parentheses),
        cmocka_unit_test(one_second_cannot_be_cut),
        cmocka_unit_test(pieces_leave_nothing_out_and_do_not_overlap),
    };

    return cmocka_run_group_tests_name("chats_cut", tests, NULL, NULL);
}

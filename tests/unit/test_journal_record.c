/* Records of the journal: what is written is read; what is broken is not. */
#include "journal/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

#include "base/banned.h"

#define ID_1 "support-01JABCDEF0123456789ABCDEFG"
#define ID_2 "support-01JABCDEF0123456789ABCDEFH"
#define ID_3 "support-01JABCDEF0123456789ABCDEFJ"

static const char *const ids[] = {ID_1, ID_2, ID_3};

static void fill(struct record *record, const char *id)
{
    static char message[] = "{\"message\":\"Gr\xc3\xbc\xc3\x9f Gott\\nJ1 x\"}";
    static char reference[] = "order 7", form[] = "contact", to[] = "support";
    struct submission submission = {
        .destination = to,
        .form = form,
        .message = message,
        .reference = reference,
        .received_at = INT64_C(1795338000123),
    };
    struct accept_options options = {
        .key = "id:a \"key\"",
        .fingerprint = "-",
        .key_ttl_ms = 60000,
        .held = true,
        .email_hash = "0123",
        .at = INT64_C(1795338000000),
        .session_id = "visit",
    };

    memcpy(submission.id, id, strlen(id) + 1);
    record_copy(record, &submission, &options);
}

/* Three records, one after the other. */
static void write_three(struct buf *out)
{
    struct record record;

    buf_init(out, RECORD_MAX);
    for (size_t i = 0; i < 3; i++) {
        fill(&record, ids[i]);
        assert_true(record_write(&record, out));
        record_clear(&record);
    }
}

/* The ids that can be read, and how often each other thing was found. */
struct found {
    size_t whole, damaged, torn;
    char ids[256];
};

static struct found read_bytes(const char *bytes, size_t len)
{
    struct record_place place = {0, 0};
    struct found found = {.whole = 0};
    enum record_find find;

    while ((find = record_next(bytes, len, place.offset + place.len, &place)) !=
           RECORD_END) {
        struct record record;

        found.whole += find == RECORD_WHOLE;
        found.damaged += find == RECORD_DAMAGED;
        found.torn += find == RECORD_TORN;
        if (find != RECORD_WHOLE)
            continue;
        assert_true(record_read(bytes, &place, &record));
        found.ids[strlen(found.ids)] =
            record.submission.id[strlen(record.submission.id) - 1];
        record_clear(&record);
    }
    return found;
}

static void a_record_is_read_as_it_was_written(void **state)
{
    struct record_place place;
    struct record record;
    struct buf out;

    (void)state;
    write_three(&out);
    assert_int_equal(record_next(out.data, out.len, 0, &place), RECORD_WHOLE);
    assert_true(record_read(out.data, &place, &record));
    assert_string_equal(record.submission.id, ID_1);
    assert_string_equal(record.submission.destination, "support");
    assert_string_equal(record.submission.form, "contact");
    assert_string_equal(record.submission.reference, "order 7");
    assert_non_null(strstr(record.submission.message, "Gott\\nJ1 x"));
    assert_int_equal(record.submission.received_at, INT64_C(1795338000123));
    assert_string_equal(record.options.key, "id:a \"key\"");
    assert_string_equal(record.options.fingerprint, "-");
    assert_string_equal(record.options.email_hash, "0123");
    assert_string_equal(record.options.session_id, "visit");
    assert_int_equal(record.options.key_ttl_ms, 60000);
    assert_int_equal(record.options.at, INT64_C(1795338000000));
    assert_true(record.options.held);
    record_clear(&record);
    buf_clear(&out);
}

static void a_file_cut_anywhere_gives_what_is_whole(void **state)
{
    struct record_place first;
    struct buf out;

    (void)state;
    write_three(&out);
    record_next(out.data, out.len, 0, &first);
    for (size_t len = 0; len <= out.len; len++) {
        /* The line's end is not needed: all of the text is there. */
        size_t whole = (len + 1) / first.len, rest = len % first.len;
        struct found found = read_bytes(out.data, len);

        assert_int_equal(found.whole, whole);
        assert_int_equal(found.damaged, 0);
        assert_int_equal(found.torn, rest != 0 && rest != first.len - 1);
    }
    buf_clear(&out);
}

static void a_byte_changed_anywhere_costs_at_most_its_record(void **state)
{
    struct record_place first;
    struct buf out;

    (void)state;
    write_three(&out);
    record_next(out.data, out.len, 0, &first);
    for (size_t i = 0; i < 2 * first.len; i++) {
        char before = out.data[i];
        struct found found;

        out.data[i] = before == 'Z' ? 'Y' : 'Z';
        found = read_bytes(out.data, out.len);
        out.data[i] = before;
        if (i % first.len == first.len - 1) { /* a line's end */
            assert_string_equal(found.ids, "GHJ");
            continue;
        }
        assert_string_equal(found.ids, i < first.len ? "HJ" : "GJ");
        assert_int_equal(found.damaged, 1);
        assert_int_equal(found.torn, 0);
    }
    buf_clear(&out);
}

static void zeros_of_a_power_cut_are_torn(void **state)
{
    static const char zeros[512];
    struct found found;
    struct buf out;

    (void)state;
    write_three(&out);
    buf_add(&out, zeros, sizeof(zeros));
    found = read_bytes(out.data, out.len);
    assert_int_equal(found.whole, 3);
    assert_int_equal(found.torn, 1);
    assert_int_equal(found.damaged, 0);
    buf_clear(&out);
}

static void a_message_cannot_look_like_a_record(void **state)
{
    struct record inner, outer;
    struct found found;
    struct buf out;

    (void)state;
    buf_init(&out, RECORD_MAX);
    fill(&inner, ID_1);
    fill(&outer, ID_2);
    assert_true(record_write(&inner, &out));
    alloc_replace(&outer.submission.message, buf_str(&out));
    buf_reset(&out);
    assert_true(record_write(&outer, &out));
    out.data[50] ^= 1; /* damage sends the reader looking for the next one */
    found = read_bytes(out.data, out.len);
    assert_int_equal(found.whole, 0);
    assert_int_equal(found.damaged, 1);
    record_clear(&inner);
    record_clear(&outer);
    buf_clear(&out);
}

static void what_is_not_utf8_is_refused(void **state)
{
    struct record record;
    struct buf out;

    (void)state;
    buf_init(&out, RECORD_MAX);
    fill(&record, ID_1);
    alloc_replace(&record.submission.message, "\xff");
    assert_false(record_write(&record, &out));
    assert_int_equal(out.len, 0);
    record_clear(&record);
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_read_as_it_was_written),
        cmocka_unit_test(a_file_cut_anywhere_gives_what_is_whole),
        cmocka_unit_test(a_byte_changed_anywhere_costs_at_most_its_record),
        cmocka_unit_test(zeros_of_a_power_cut_are_torn),
        cmocka_unit_test(a_message_cannot_look_like_a_record),
        cmocka_unit_test(what_is_not_utf8_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

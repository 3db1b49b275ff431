/* The published vector of Standard Webhooks, and rotation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "callback/signature.h"

#include "base/banned.h"

#define VECTOR_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define VECTOR        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static const struct signed_message vector = {
    .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
    .timestamp = 1614265330,
    .body = "{\"test\": 2432232314}",
    .body_len = sizeof("{\"test\": 2432232314}") - 1,
};

static bool sign(struct buf *out, const char *text,
                 const struct signed_message *message)
{
    struct secret secret = {0};
    bool ok;

    secret_set(&secret, text, strlen(text));
    ok = signature_add(out, &secret, message);
    secret_clear(&secret);
    return ok;
}

static void the_published_vector_is_reproduced(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_true(sign(&out, VECTOR_SECRET, &vector));
    assert_string_equal(buf_str(&out), VECTOR);
    buf_clear(&out);
}

static void the_bytes_of_the_key_may_also_be_given_raw(void **state)
{
    struct buf encoded, raw;

    (void)state;
    buf_init(&encoded, 1000);
    buf_init(&raw, 1000);
    assert_true(
        sign(&encoded, "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4", &vector));
    assert_true(sign(&raw, "abcdefghijklmnopqrstuvwx", &vector));
    assert_string_equal(buf_str(&encoded), buf_str(&raw));
    buf_clear(&encoded);
    buf_clear(&raw);
}

static void while_secrets_rotate_both_sign(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_true(sign(&out, VECTOR_SECRET, &vector));
    assert_true(sign(&out, "the one that is going away", &vector));
    assert_memory_equal(buf_str(&out), VECTOR " v1,", strlen(VECTOR " v1,"));
    assert_int_equal(out.len, 2 * strlen(VECTOR) + 1);
    buf_clear(&out);
}

static void everything_that_is_signed_changes_the_signature(void **state)
{
    struct signed_message others[] = {vector, vector, vector, vector};

    (void)state;
    others[0].id = "msg_p5jXN8AQM9LWM0D4loKWxJel";
    others[1].timestamp++;
    others[2].body = "{\"test\": 2432232315}";
    others[3].body_len--;
    for (size_t i = 0; i < 4; i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_true(sign(&out, VECTOR_SECRET, &others[i]));
        assert_string_not_equal(buf_str(&out), VECTOR);
        buf_clear(&out);
    }
}

static void a_secret_that_cannot_be_read_signs_nothing(void **state)
{
    static const char *const secrets[] = {"", "whsec_", "whsec_abc",
                                          "whsec_!!!!"};

    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        struct buf out;

        buf_init(&out, 1000);
        assert_false(sign(&out, secrets[i], &vector));
        assert_int_equal(out.len, 0);
        buf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vector_is_reproduced),
        cmocka_unit_test(the_bytes_of_the_key_may_also_be_given_raw),
        cmocka_unit_test(while_secrets_rotate_both_sign),
        cmocka_unit_test(everything_that_is_signed_changes_the_signature),
        cmocka_unit_test(a_secret_that_cannot_be_read_signs_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

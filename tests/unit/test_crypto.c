/* Digests and spellings, against published vectors. */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static void sha256_is_that_of_fips_180(void **state)
{
    static const struct { const char *text, *digest; } rows[] = {
        { "",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc",
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char text[CRYPTO_HEX_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        crypto_sha256(rows[i].text, strlen(rows[i].text), digest);
        crypto_hex(digest, sizeof(digest), text);
        assert_string_equal(text, rows[i].digest);
    }
}

static void hmac_is_that_of_rfc_4231(void **state)
{
    static const struct { const char *key, *text, *digest; } rows[] = {
        { "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
          "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
          "\xaa\xaa\xaa\xaa\xaa",
          "Test Using Larger Than Block-Size Key - Hash Key First",
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { "", "", /* of an empty key, as computed by others */
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
    };
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char text[CRYPTO_HEX_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        crypto_hmac_sha256(rows[i].key, strlen(rows[i].key), rows[i].text,
                           strlen(rows[i].text), digest);
        crypto_hex(digest, sizeof(digest), text);
        assert_string_equal(text, rows[i].digest);
    }
    crypto_hmac_sha256(NULL, 0, NULL, 0, digest);
    crypto_hex(digest, sizeof(digest), text);
    assert_string_equal(text, rows[COUNT(rows) - 1].digest);
}

static void base64_is_that_of_rfc_4648(void **state)
{
    static const struct { const char *text, *base64, *url; } rows[] = {
        { "", "", "" },
        { "f", "Zg==", "Zg" },
        { "fo", "Zm8=", "Zm8" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg==", "Zm9vYg" },
        { "fooba", "Zm9vYmE=", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
        { "\xfb\xff\xfe", "+//+", "-__-" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out;

        buf_init(&out, 100);
        buf_text(&out, "+/=");
        crypto_base64(rows[i].text, strlen(rows[i].text), &out);
        assert_string_equal(buf_str(&out) + 3, rows[i].base64);
        buf_reset(&out);
        buf_text(&out, "+/=");
        crypto_base64url(rows[i].text, strlen(rows[i].text), &out);
        assert_memory_equal(buf_str(&out), "+/=", 3);
        assert_string_equal(buf_str(&out) + 3, rows[i].url);
        buf_clear(&out);
    }
}

static void base64_reads_back(void **state)
{
    (void)state;
    for (size_t len = 1; len < 70; len++) {
        unsigned char bytes[70], back[70];
        struct buf out;
        size_t back_len = 0;

        crypto_random(bytes, len);
        buf_init(&out, 100);
        crypto_base64(bytes, len, &out);
        assert_true(crypto_base64_decode(out.data, out.len, back, len,
                                         &back_len));
        assert_int_equal(back_len, len);
        assert_memory_equal(back, bytes, len);
        assert_false(crypto_base64_decode(out.data, out.len, back, len - 1,
                                          &back_len));
        buf_clear(&out);
    }
}

static void what_is_not_base64_is_refused(void **state)
{
    static const char *const rows[] = {
        "", "Z", "Zg", "Zg=", "Zm9", "Zm9vY", "====", "=Zg=", "Zg=a", "Z===",
        " Zg=", "Zg==\n", "Zg==Zg==", "Zm-v", "Zm_v", "Zm\xc3\xa9", "Zm9v\nZm9v",
        "Zh==", "Zm9=",
    };
    unsigned char bytes[16];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = 42;

        if (crypto_base64_decode(rows[i], strlen(rows[i]), bytes,
                                 sizeof(bytes), &len))
            fail_msg("'%s' was read", rows[i]);
        assert_int_equal(len, 42);
    }
    assert_false(crypto_base64_decode("Zm\0v", 4, bytes, sizeof(bytes), NULL));
}
/* clang-format on */

static void equal_looks_at_every_byte(void **state)
{
    (void)state;
    assert_true(crypto_equal("", "", 0));
    assert_true(crypto_equal("abc", "abd", 2));
    assert_false(crypto_equal("abc", "abd", 3));
    assert_false(crypto_equal("xbc", "abc", 3));
}

static void random_numbers_stay_below_their_limit(void **state)
{
    bool seen[7] = {false};

    (void)state;
    for (int i = 0; i < 2000; i++) {
        unsigned number = crypto_random_below(7);

        assert_true(number < 7);
        seen[number] = true;
    }
    for (int i = 0; i < 7; i++)
        assert_true(seen[i]);
    assert_int_equal(crypto_random_below(0), 0);
    assert_int_equal(crypto_random_below(1), 0);
}

static void wiped_bytes_are_zero(void **state)
{
    char bytes[] = "secret";
    static const char zeroes[sizeof(bytes)];

    (void)state;
    crypto_wipe(bytes, sizeof(bytes));
    assert_memory_equal(bytes, zeroes, sizeof(bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_is_that_of_fips_180),
        cmocka_unit_test(hmac_is_that_of_rfc_4231),
        cmocka_unit_test(base64_is_that_of_rfc_4648),
        cmocka_unit_test(base64_reads_back),
        cmocka_unit_test(what_is_not_base64_is_refused),
        cmocka_unit_test(equal_looks_at_every_byte),
        cmocka_unit_test(random_numbers_stay_below_their_limit),
        cmocka_unit_test(wiped_bytes_are_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

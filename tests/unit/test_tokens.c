/* Which operator a token belongs to, and what the token allows. */
#include "admin/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"

#include "base/banned.h"

static struct settings_admin_token tokens[3];
static char names[3][8] = {"ada", "ben", "cyd"};

/* Ada reads, Ben operates, Cyd has no hash yet. */
static struct settings settings_with_tokens(void)
{
    static const char *const secrets[] = {"token-of-ada", "token-of-ben"};
    struct settings settings = {.admin = {.tokens = tokens, .token_count = 3}};

    for (size_t i = 0; i < 3; i++) {
        unsigned char digest[CRYPTO_DIGEST_SIZE];
        char hex[CRYPTO_HEX_SIZE];

        tokens[i].name = names[i];
        if (i == 2)
            continue;
        crypto_sha256(secrets[i], strlen(secrets[i]), digest);
        crypto_hex(digest, sizeof(digest), hex);
        secret_clear(&tokens[i].hash);
        secret_set(&tokens[i].hash, hex, CRYPTO_HEX_SIZE - 1);
    }
    tokens[0].may_read = true;
    tokens[1].may_operate = true;
    return settings;
}

static int forget_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++)
        secret_clear(&tokens[i].hash);
    return 0;
}

static void a_token_is_known_by_its_hash(void **state)
{
    struct settings settings = settings_with_tokens();
    struct operator who = {.name = ""};

    (void)state;
    assert_true(tokens_know(&settings, "token-of-ada", &who));
    assert_string_equal(who.name, "ada");
    assert_true(who.may_read && !who.may_operate);
    assert_true(tokens_know(&settings, "token-of-ben", &who));
    assert_string_equal(who.name, "ben");
    assert_true(who.may_read && who.may_operate);
}

static void what_is_no_token_lets_nobody_in(void **state)
{
    struct settings settings = settings_with_tokens();
    struct operator who;

    (void)state;
    assert_false(tokens_know(&settings, "", &who));
    assert_false(tokens_know(&settings, "token-of-cyd", &who));
    assert_false(tokens_know(&settings, "token-of-adam", &who));
    assert_false(tokens_know(&settings, "TOKEN-OF-ADA", &who));
    assert_false(tokens_know(&settings, tokens[0].hash.bytes, &who));
}

static void the_one_token_may_do_everything(void **state)
{
    struct settings settings = {.path = NULL};
    struct operator who;

    (void)state;
    assert_false(tokens_know(&settings, "", &who));
    secret_set(&settings.admin.token, "the-one-token-there-is", 22);
    assert_true(tokens_know(&settings, "the-one-token-there-is", &who));
    assert_string_equal(who.name, "admin");
    assert_true(who.may_read && who.may_operate);
    secret_clear(&settings.admin.token);
}

static void only_a_bearer_has_a_token(void **state)
{
    (void)state;
    assert_string_equal(tokens_bearer("Bearer abc"), "abc");
    assert_string_equal(tokens_bearer("bearer   abc"), "abc");
    assert_null(tokens_bearer(NULL));
    assert_null(tokens_bearer("Bearer"));
    assert_null(tokens_bearer("Bearer "));
    assert_null(tokens_bearer("Basic abc"));
    assert_null(tokens_bearer("Bearerabc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_token_is_known_by_its_hash, forget_tokens),
        cmocka_unit_test_teardown(what_is_no_token_lets_nobody_in,
                                  forget_tokens),
        cmocka_unit_test(the_one_token_may_do_everything),
        cmocka_unit_test(only_a_bearer_has_a_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

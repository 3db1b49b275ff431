/* Counting connections by sender. */
#include "net/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/banned.h"

static struct address address_of(const char *text)
{
    struct address address;

    if (!address_parse(text, &address))
        fail_msg("'%s' should be an address", text);
    return address;
}

static void each_sender_has_its_own_share(void **state)
{
    struct peers *peers = peers_new(2);
    struct address a = address_of("192.0.2.1"), b = address_of("192.0.2.2");

    (void)state;
    assert_true(peers_add(peers, &a));
    assert_true(peers_add(peers, &a));
    assert_false(peers_add(peers, &a));
    assert_true(peers_add(peers, &b));
    peers_remove(peers, &a);
    assert_true(peers_add(peers, &a));
    peers_free(peers);
}

static void a_64_of_ipv6_is_one_sender(void **state)
{
    struct peers *peers = peers_new(1);
    struct address a = address_of("2001:db8::1"), b = address_of("2001:db8::2");
    struct address other = address_of("2001:db8:0:1::1");

    (void)state;
    assert_true(peers_add(peers, &a));
    assert_false(peers_add(peers, &b));
    assert_true(peers_add(peers, &other));
    peers_remove(peers, &b);
    assert_true(peers_add(peers, &b));
    peers_free(peers);
}

static void zero_is_no_limit(void **state)
{
    struct peers *peers = peers_new(0);
    struct address a = address_of("192.0.2.1");

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(peers_add(peers, &a));
    peers_remove(peers, &a);
    peers_free(peers);
}

static struct address numbered(unsigned i)
{
    char text[ADDRESS_TEXT_SIZE];

    snprintf(text, sizeof(text), "10.0.%u.%u", i / 256, i % 256);
    return address_of(text);
}

static void thousands_of_senders_are_told_apart(void **state)
{
    struct peers *peers = peers_new(1);
    struct address address;

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        address = numbered(i);
        assert_true(peers_add(peers, &address));
    }
    for (unsigned i = 0; i < 5000; i++) {
        address = numbered(i);
        assert_false(peers_add(peers, &address));
        if (i % 2)
            peers_remove(peers, &address);
    }
    for (unsigned i = 0; i < 5000; i++) {
        address = numbered(i);
        assert_int_equal(peers_add(peers, &address), i % 2);
    }
    peers_free(peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sender_has_its_own_share),
        cmocka_unit_test(a_64_of_ipv6_is_one_sender),
        cmocka_unit_test(zero_is_no_limit),
        cmocka_unit_test(thousands_of_senders_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

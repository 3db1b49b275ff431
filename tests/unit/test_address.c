/* Addresses: reading, grouping, networks, and what is on the public internet.
 */
#include "net/address.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct address address_of(const char *text)
{
    struct address address;

    if (!address_parse(text, &address))
        fail_msg("'%s' should be an address", text);
    return address;
}

static void an_address_reads_and_writes_as_itself(void **state)
{
    /* clang-format off */
    static const struct { const char *text, *back; } rows[] = {
        { "192.0.2.1",            "192.0.2.1" },
        { "2001:db8::1",          "2001:db8::1" },
        { "[2001:db8::1]",        "2001:db8::1" },
        { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
        { "::",                   "::" },
        { "::ffff:192.0.2.1",     "192.0.2.1" },
        { "::ffff:c000:201",      "192.0.2.1" },
    };
    /* clang-format on */
    char text[ADDRESS_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address address = address_of(rows[i].text);

        address_format(&address, text);
        assert_string_equal(text, rows[i].back);
    }
}

static void what_is_not_a_plain_address_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "localhost",
        "example.com",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "2130706433",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.4:80",
        "[1.2.3.4]",
        "[::1",
        "::1]",
        "[]",
        "[",
        "[::1]:80",
        "fe80::1%eth0",
        ":::1",
        "1:2:3:4:5:6:7:8:9",
        "::ffff:1.2.3.4.5",
        "1111111111111111111111111111111111111111111111111111111111111111111",
    };
    struct address address;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (address_parse(rows[i], &address))
            fail_msg("'%s' should be refused", rows[i]);
}

static void a_socket_address_is_read(void **state)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct sockaddr local = {.sa_family = AF_UNIX};
    struct address address, expected = address_of("127.0.0.1");

    (void)state;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(address_from_socket((struct sockaddr *)&in, &address));
    assert_true(address_equal(&address, &expected));

    memcpy(&in6.sin6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
    assert_true(address_from_socket((struct sockaddr *)&in6, &address));
    assert_true(address_equal(&address, &expected));

    assert_false(address_from_socket(&local, &address));
}

static void ipv6_senders_are_grouped_by_their_64(void **state)
{
    struct address a = address_of("2001:db8:1:2:aaaa::1");
    struct address b = address_of("2001:db8:1:2:bbbb::9");
    struct address c = address_of("2001:db8:1:3:aaaa::1");
    struct address ga = address_group(&a), gb = address_group(&b),
                   gc = address_group(&c);

    (void)state;
    assert_true(address_equal(&ga, &gb));
    assert_false(address_equal(&ga, &gc));
}

static void ipv4_senders_are_on_their_own(void **state)
{
    struct address a = address_of("192.0.2.1"), b = address_of("192.0.2.2");
    struct address ga = address_group(&a), gb = address_group(&b);

    (void)state;
    assert_true(address_equal(&a, &ga));
    assert_false(address_equal(&ga, &gb));
}

static void a_website_on_the_internet_is_public(void **state)
{
    static const char *const rows[] = {
        "1.1.1.1",         "8.8.8.8",          "9.255.255.255",
        "11.0.0.0",        "100.63.255.255",   "100.128.0.0",
        "126.255.255.255", "128.0.0.0",        "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",   "172.32.0.0",
        "191.255.255.255", "192.0.1.0",        "192.0.3.0",
        "192.167.255.255", "192.169.0.0",      "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",    "198.51.101.0",
        "203.0.112.255",   "203.0.114.0",      "223.255.255.255",
        "2606:4700::1111", "2a00:1450:4001::", "2001:200::1",
        "2001:4860::8888", "2003::1",          "3ffd::1",
        "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2400:cb00::1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address address = address_of(rows[i]);

        if (!address_public(&address))
            fail_msg("%s should be public", rows[i]);
    }
}

static void special_purpose_blocks_are_not_public(void **state)
{
    static const char *const rows[] = {
        /* IPv4, first and last of each block */
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
        "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255",
        "192.0.0.0", "192.0.0.8", "192.0.0.170", "192.0.0.192", "192.0.0.255",
        "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
        "192.168.0.0", "192.168.255.255", "192.175.48.1", "198.18.0.0",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255",
        /* IPv6 */
        "::", "::1", "::7f00:1", "::10.0.0.1", "100::1", "100:0:0:1::1",
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1",
        "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1",
        "2001:30::1", "2001:1ff::1", "2001:db8::1", "2001:db8:ffff::1",
        "2002:7f00:1::", "2002:a00:1::", "2002:808:808::", "2620:4f:8000::1",
        "3ffe::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1",
        "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff00::1",
        "ff02::1",
        /* IPv4 inside IPv6 */
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8"};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address address = address_of(rows[i]);

        if (address_public(&address))
            fail_msg("%s should not be public", rows[i]);
    }
}

static void a_network_has_what_its_prefix_covers(void **state)
{
    /* clang-format off */
    static const struct { const char *network, *address; bool has; } rows[] = {
        { "10.0.0.0/8",      "10.255.0.1",       true  },
        { "10.0.0.0/8",      "11.0.0.0",         false },
        { "172.16.0.0/12",   "172.31.255.255",   true  },
        { "172.16.0.0/12",   "172.32.0.0",       false },
        { "192.0.2.7",       "192.0.2.7",        true  },
        { "192.0.2.7/32",    "192.0.2.6",        false },
        { "192.0.2.6/31",    "192.0.2.7",        true  },
        { "0.0.0.0/0",       "203.0.113.9",      true  },
        { "0.0.0.0/0",       "::1",              false },
        { "::/0",            "2001:db8::1",      true  },
        { "::/0",            "127.0.0.1",        false },
        { "fd00::/8",        "fdab::1",          true  },
        { "fd00::/8",        "fe80::1",          false },
        { "2001:db8::/33",   "2001:db8:7fff::",  true  },
        { "2001:db8::/33",   "2001:db8:8000::",  false },
        { "10.0.0.0/8",      "::ffff:10.0.0.1",  true  },
        { "[fd00::]/8",      "fd00::1",          true  },
    };
    /* clang-format on */
    struct network network;
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct address address = address_of(rows[i].address);

        if (!network_parse(rows[i].network, &network, &err))
            fail_msg("%s: %s", rows[i].network, err.text);
        if (network_has(&network, &address) != rows[i].has)
            fail_msg("%s and %s", rows[i].network, rows[i].address);
    }
}

static void a_wrong_network_is_told_in_words(void **state)
{
    static const char *const rows[] = {
        "",           "10.0.0.0/33", "10.0.0.0/",      "10.0.0.0/ 8",
        "10.0.0.0/x", "10.0.0.1/8",  "10.0.0.0/8/8",   "fd00::/129",
        "fd00::1/8",  "example.com", "10.0.0.0/00008", "/8",
    };
    struct network network;
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (network_parse(rows[i], &network, &err))
            fail_msg("'%s' should be refused", rows[i]);
        assert_non_null(strstr(err.text, "write"));
    }
}

static void a_list_of_networks_is_searched(void **state)
{
    static const char list[] = "10.0.0.0/8, fd00::/8 192.0.2.1";
    struct address inside = address_of("192.0.2.1");
    struct address first = address_of("10.9.8.7");
    struct address outside = address_of("192.0.2.2");
    struct error err;

    (void)state;
    assert_true(networks_check(list, &err));
    assert_true(networks_have(list, &inside));
    assert_true(networks_have(list, &first));
    assert_false(networks_have(list, &outside));
}

static void no_list_has_nothing(void **state)
{
    struct address address = address_of("127.0.0.1");
    struct error err;

    (void)state;
    assert_true(networks_check(NULL, &err));
    assert_true(networks_check("", &err));
    assert_true(networks_check(" , ", &err));
    assert_false(networks_have(NULL, &address));
    assert_false(networks_have("", &address));
}

static void a_wrong_entry_of_a_list_is_named(void **state)
{
    struct address address = address_of("127.0.0.1");
    struct error err;

    (void)state;
    assert_false(networks_check("10.0.0.0/8, 127.0.0.0/99", &err));
    assert_non_null(strstr(err.text, "'127.0.0.0/99'"));
    assert_false(networks_have("10.0.0.0/8, 127.0.0.0/99", &address));
}

static void where_to_listen_is_read(void **state)
{
    /* clang-format off */
    static const struct {
        const char *text;
        int family;
        unsigned port;
        bool any;
    } rows[] = {
        { "127.0.0.1:8080", AF_INET,  8080,  false },
        { "localhost:80",   AF_INET,  80,    false },
        { "0.0.0.0:1",      AF_INET,  1,     false },
        { "[::1]:80",       AF_INET6, 80,    false },
        { "[::]:80",        AF_INET6, 80,    false },
        { "8080",           AF_INET6, 8080,  true  },
        { ":8080",          AF_INET6, 8080,  true  },
        { "*:8080",         AF_INET6, 8080,  true  },
        { "127.0.0.1:0",    AF_INET,  0,     false },
        { "65535",          AF_INET6, 65535, true  },
    };
    /* clang-format on */
    struct listen_address where;
    struct sockaddr_in in;
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!listen_address_parse(rows[i].text, &where, &err))
            fail_msg("%s: %s", rows[i].text, err.text);
        assert_int_equal(where.address.ss_family, rows[i].family);
        assert_int_equal(where.any, rows[i].any);
        memcpy(&in, &where.address, sizeof(in)); /* the port lies alike */
        assert_int_equal(ntohs(in.sin_port), rows[i].port);
    }
}

static void where_nobody_can_listen_is_told_in_words(void **state)
{
    static const char *const rows[] = {
        "",
        "http://x",
        "example.com:80",
        "127.0.0.1",
        "::1:80",
        "[::1]",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "1.2.3:80",
        "[::1]x:80",
        "localhost",
        "127.0.0.1:80x",
        "[1.2.3.4]:80",
        "localhos:80",
    };
    struct listen_address where;
    struct error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (listen_address_parse(rows[i], &where, &err))
            fail_msg("'%s' should be refused", rows[i]);
        assert_non_null(strstr(err.text, "127.0.0.1:8080"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_reads_and_writes_as_itself),
        cmocka_unit_test(what_is_not_a_plain_address_is_refused),
        cmocka_unit_test(a_socket_address_is_read),
        cmocka_unit_test(ipv6_senders_are_grouped_by_their_64),
        cmocka_unit_test(ipv4_senders_are_on_their_own),
        cmocka_unit_test(a_website_on_the_internet_is_public),
        cmocka_unit_test(special_purpose_blocks_are_not_public),
        cmocka_unit_test(a_network_has_what_its_prefix_covers),
        cmocka_unit_test(a_wrong_network_is_told_in_words),
        cmocka_unit_test(a_list_of_networks_is_searched),
        cmocka_unit_test(no_list_has_nothing),
        cmocka_unit_test(a_wrong_entry_of_a_list_is_named),
        cmocka_unit_test(where_to_listen_is_read),
        cmocka_unit_test(where_nobody_can_listen_is_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The HTTP server over TLS, with a certificate made for the test. */
#include "net/http_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/alloc.h"
#include "certificate.h"
#include "http_scene.h"

#include "base/banned.h"

#define KEEP  "Host: x\r\n\r\n"
#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

/* A scene with its files, and one client. */
struct tls_scene {
    struct scene *scene;
    char folder[32];
    char certificate[64], key[64];
    SSL_CTX *context;
    SSL *ssl;
    int fd;
};

static int set_up(void **state)
{
    struct tls_scene *tls = NEW(struct tls_scene);

    scene_set_up((void **)&tls->scene);
    snprintf(tls->folder, sizeof(tls->folder), "/tmp/test_tls.XXXXXX");
    assert_non_null(mkdtemp(tls->folder));
    snprintf(tls->certificate, sizeof(tls->certificate), "%s/certificate.pem",
             tls->folder);
    snprintf(tls->key, sizeof(tls->key), "%s/key.pem", tls->folder);
    certificate_make(tls->certificate, tls->key, "first");
    tls->scene->options.certificate = tls->certificate;
    tls->scene->options.key = tls->key;
    tls->context = SSL_CTX_new(TLS_client_method());
    tls->fd = -1;
    *state = tls;
    return 0;
}

static void hang_up(struct tls_scene *tls)
{
    SSL_free(tls->ssl);
    tls->ssl = NULL;
    if (tls->fd >= 0)
        close(tls->fd);
    tls->fd = -1;
}

static int tear_down(void **state)
{
    struct tls_scene *tls = *state;

    hang_up(tls);
    SSL_CTX_free(tls->context);
    unlink(tls->certificate);
    unlink(tls->key);
    rmdir(tls->folder);
    scene_tear_down((void **)&tls->scene);
    free(tls);
    return 0;
}

/* Whether the library only wants to be called again, after a turn. */
static bool again(struct tls_scene *tls, int result, int64_t give_up_at)
{
    int reason = SSL_get_error(tls->ssl, result);

    ERR_clear_error();
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
        return false;
    scene_turn(tls->scene, tls->fd, give_up_at);
    return true;
}

static bool shake_hands(struct tls_scene *tls)
{
    int64_t give_up_at = scene_give_up_at();
    int result;

    tls->fd = scene_connect(tls->scene);
    fcntl(tls->fd, F_SETFL, O_NONBLOCK);
    tls->ssl = SSL_new(tls->context);
    SSL_set_fd(tls->ssl, tls->fd);
    do
        result = SSL_connect(tls->ssl);
    while (result != 1 && again(tls, result, give_up_at));
    return result == 1;
}

static void tell(struct tls_scene *tls, const void *bytes, size_t len)
{
    int64_t give_up_at = scene_give_up_at();
    int result;

    SSL_set_mode(tls->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE);
    for (const char *at = bytes; len;) {
        result = SSL_write(tls->ssl, at, (int)len);
        if (result <= 0 && !again(tls, result, give_up_at))
            return;
        if (result > 0) {
            at += result;
            len -= (size_t)result;
        }
    }
}

/* Reads to the end, or until wanted is there. */
static const char *hear(struct tls_scene *tls, const char *wanted)
{
    struct scene *scene = tls->scene;
    int64_t give_up_at = scene_give_up_at();
    int result = 1;

    scene->len = 0;
    scene->text[0] = '\0';
    while (!wanted || !strstr(scene->text, wanted)) {
        result = SSL_read(tls->ssl, scene->text + scene->len,
                          (int)(SCENE_TEXT_SIZE - 1 - scene->len));
        if (result <= 0 && !again(tls, result, give_up_at))
            break;
        scene->len += result > 0 ? (size_t)result : 0;
        scene->text[scene->len] = '\0';
    }
    return scene->text;
}

static const char *ask(struct tls_scene *tls, const char *request)
{
    assert_true(shake_hands(tls));
    tell(tls, request, strlen(request));
    return hear(tls, NULL);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("there should be '%s' in: %s", part, text);
}

static void a_request_is_answered_in_secret(void **state)
{
    struct tls_scene *tls = *state;
    const char *answer;

    scene_start(tls->scene);
    answer = ask(tls, "GET /tls HTTP/1.1\r\n" CLOSE);
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "\r\n\r\nsecret");
    /* Its end was said, not just cut: nobody can have shortened the answer. */
    assert_true(SSL_get_shutdown(tls->ssl) & SSL_RECEIVED_SHUTDOWN);
}

static void a_connection_is_kept_and_requests_may_be_pipelined(void **state)
{
    static const char two[] = "POST /1 HTTP/1.1\r\nContent-Length: 2\r\n" KEEP
                              "okGET /2 HTTP/1.1\r\n" KEEP;
    static const char last[] = "GET /3 HTTP/1.1\r\n" CLOSE;
    struct tls_scene *tls = *state;

    scene_start(tls->scene);
    assert_true(shake_hands(tls));
    tell(tls, two, sizeof(two) - 1);
    assert_has(hear(tls, "GET|/2|"), "|2|ok");
    tell(tls, last, sizeof(last) - 1);
    assert_has(hear(tls, NULL), "GET|/3|");
}

static void large_bodies_go_both_ways(void **state)
{
    static const char head[] = "POST / HTTP/1.1\r\n"
                               "Content-Length: 60000\r\n" CLOSE;
    struct tls_scene *tls = *state;
    char body[60000];

    memset(body, 'b', sizeof(body));
    scene_start(tls->scene);
    assert_true(shake_hands(tls));
    tell(tls, head, sizeof(head) - 1);
    tell(tls, body, sizeof(body));
    assert_int_equal(strspn(strstr(hear(tls, NULL), "|bbb") + 1, "b"), 60000);
}

static void a_stream_arrives_in_secret(void **state)
{
    static const char request[] = "GET /stream HTTP/1.1\r\n" KEEP;
    struct tls_scene *tls = *state;

    scene_start(tls->scene);
    assert_true(shake_hands(tls));
    tell(tls, request, sizeof(request) - 1);
    scene_await(tls->scene, &tls->scene->handled, 1);
    http_stream_write(tls->scene->held, "data: 1\n\n", 9);
    hear(tls, "9\r\ndata: 1\n\n\r\n");
    hang_up(tls); /* without saying so */
    scene_await(tls->scene, &tls->scene->gone, 1);
}

static void a_problem_can_be_read_in_secret(void **state)
{
    struct tls_scene *tls = *state;

    scene_start(tls->scene);
    assert_has(ask(tls, "GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 400 ");
    assert_has(tls->scene->text, "/problems/bad-request");
}

static void who_offers_protocols_must_offer_http_1_1(void **state)
{
    struct tls_scene *tls = *state;
    const unsigned char *chosen;
    unsigned len;

    scene_start(tls->scene);
    SSL_CTX_set_alpn_protos(tls->context,
                            (const unsigned char *)"\x02h2\x08http/1.1", 12);
    assert_true(shake_hands(tls));
    SSL_get0_alpn_selected(tls->ssl, &chosen, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(chosen, "http/1.1", 8);
    hang_up(tls);
    SSL_CTX_set_alpn_protos(tls->context, (const unsigned char *)"\x02h2", 3);
    assert_false(shake_hands(tls));
}

static void old_versions_are_refused(void **state)
{
    struct tls_scene *tls = *state;

    scene_start(tls->scene);
    SSL_CTX_set_cipher_list(tls->context, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(tls->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls->context, TLS1_1_VERSION);
    assert_false(shake_hands(tls));
    hang_up(tls);
    SSL_CTX_set_max_proto_version(tls->context, TLS1_2_VERSION);
    assert_true(shake_hands(tls));
}

static void renegotiation_is_refused(void **state)
{
    struct tls_scene *tls = *state;
    int64_t give_up_at = scene_give_up_at();
    int result;

    scene_start(tls->scene);
    SSL_CTX_set_max_proto_version(tls->context, TLS1_2_VERSION);
    assert_true(shake_hands(tls));
    SSL_renegotiate(tls->ssl);
    do
        result = SSL_do_handshake(tls->ssl);
    while (result != 1 && again(tls, result, give_up_at));
    assert_int_not_equal(result, 1);
}

static void plain_http_is_not_answered(void **state)
{
    struct tls_scene *tls = *state;

    scene_start(tls->scene);
    assert_null(strstr(scene_ask(tls->scene, "GET / HTTP/1.1\r\n" KEEP),
                       "HTTP/1.1 200"));
    assert_int_equal(tls->scene->handled, 0);
}

static void a_handshake_that_stalls_is_cut_off(void **state)
{
    struct tls_scene *tls = *state;
    int fd;

    tls->scene->options.head_timeout_ms = 60;
    scene_start(tls->scene);
    fd = scene_connect(tls->scene);
    scene_send(tls->scene, fd, "\x16\x03\x01");
    assert_string_equal(scene_read_all(tls->scene, fd), "");
    close(fd);
}

static void beyond_the_cap_there_is_no_handshake(void **state)
{
    struct tls_scene *tls = *state;

    tls->scene->options.max_connections = 1;
    scene_start(tls->scene);
    assert_true(shake_hands(tls));
    assert_string_equal(scene_ask(tls->scene, ""), "");
}

static void assert_served(struct tls_scene *tls, const char *name)
{
    char common[64] = "";
    X509 *certificate;

    assert_true(shake_hands(tls));
    certificate = SSL_get1_peer_certificate(tls->ssl);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                              NID_commonName, common, sizeof(common));
    X509_free(certificate);
    hang_up(tls);
    assert_string_equal(common, name);
}

static void a_new_certificate_is_used_after_a_reload(void **state)
{
    struct tls_scene *tls = *state;
    struct error err;

    scene_start(tls->scene);
    assert_served(tls, "first");
    certificate_make(tls->certificate, tls->key, "second");
    assert_served(tls, "first");
    assert_true(http_server_reload_tls(tls->scene->server, &err));
    assert_served(tls, "second");
}

static void a_bad_certificate_leaves_the_old_one_in_use(void **state)
{
    struct tls_scene *tls = *state;
    struct error err;
    FILE *file;

    scene_start(tls->scene);
    file = fopen(tls->certificate, "w");
    fputs("not a certificate\n", file);
    fclose(file);
    assert_false(http_server_reload_tls(tls->scene->server, &err));
    assert_has(err.text, tls->certificate);
    assert_served(tls, "first");
}

static void files_that_do_not_fit_are_named(void **state)
{
    struct tls_scene *tls = *state;
    struct http_server_options *options = &tls->scene->options;
    struct error err;
    char other[80];

    snprintf(other, sizeof(other), "%s.other", tls->certificate);
    certificate_make(other, tls->key, "other"); /* the key is not the first's */
    assert_null(http_server_new(tls->scene->loop, options, NULL, NULL, &err));
    assert_has(err.text, tls->key);
    unlink(other);

    options->certificate = other;
    assert_null(http_server_new(tls->scene->loop, options, NULL, NULL, &err));
    assert_has(err.text, other);
    assert_has(err.text, "No such file");

    options->certificate = NULL;
    assert_null(http_server_new(tls->scene->loop, options, NULL, NULL, &err));
    assert_has(err.text, "both a certificate and its key");
}

#define TLS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TLS_TEST(a_request_is_answered_in_secret),
        TLS_TEST(a_connection_is_kept_and_requests_may_be_pipelined),
        TLS_TEST(large_bodies_go_both_ways),
        TLS_TEST(a_stream_arrives_in_secret),
        TLS_TEST(a_problem_can_be_read_in_secret),
        TLS_TEST(who_offers_protocols_must_offer_http_1_1),
        TLS_TEST(old_versions_are_refused),
        TLS_TEST(renegotiation_is_refused),
        TLS_TEST(plain_http_is_not_answered),
        TLS_TEST(a_handshake_that_stalls_is_cut_off),
        TLS_TEST(beyond_the_cap_there_is_no_handshake),
        TLS_TEST(a_new_certificate_is_used_after_a_reload),
        TLS_TEST(a_bad_certificate_leaves_the_old_one_in_use),
        TLS_TEST(files_that_do_not_fit_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* config/afterhours.yaml: loads as it is, and with every comment taken away. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "config/read_file.h"
#include "settings_file.h"

#include "base/banned.h"

#define EXAMPLE "config/afterhours.yaml"
#define SECRETS "/run/secrets/"
#define LIMIT   100000

/* The example's text; the current folder is still the project's. */
static char *read_example(void)
{
    struct buf text;
    struct error err = {0};

    buf_init(&text, LIMIT);
    if (!read_file(EXAMPLE, &text, NULL, &err))
        fail_msg(EXAMPLE ": %s", err.text);
    return buf_take(&text);
}

/* "  #name: value" loses its #, "  # Words" stays; secrets are looked for here.
 */
static void uncomment(const char *text, struct buf *out)
{
    while (*text) {
        size_t blanks = strspn(text, " ");
        size_t len = strcspn(text, "\n") + 1;
        bool setting = text[blanks] == '#' && text[blanks + 1] != ' ' &&
                       text[blanks + 1] != '\n';
        const char *secret = strstr(text, SECRETS);

        buf_add(out, text, blanks);
        text += blanks + setting;
        len -= blanks + setting;
        if (secret && secret < text + len) {
            buf_add(out, text, (size_t)(secret - text));
            len -= (size_t)(secret - text) + strlen(SECRETS);
            text = secret + strlen(SECRETS);
        }
        buf_add(out, text, len);
        text += len;
    }
}

static char *printed(const struct settings *settings)
{
    struct buf out;
    char *text;

    buf_init(&out, LIMIT);
    settings_print(settings, &out);
    assert_true(buf_ok(&out));
    text = alloc_text(strchr(buf_str(&out), '\n')); /* less the file's name */
    buf_clear(&out);
    return text;
}

static void as_it_is_it_changes_nothing(void **state)
{
    char *example = read_example();
    struct settings *plain, *settings;
    char *expected, *text;
    void *folder;

    (void)state;
    settings_folder_make(&folder);
    settings = settings_of(example);
    plain = settings_of("");
    expected = printed(plain);
    text = printed(settings);
    assert_string_equal(text, expected);
    settings_release(plain);
    settings_release(settings);
    settings_folder_remove(&folder);
    free(expected);
    free(text);
    free(example);
}

static void with_every_comment_taken_away_it_is_right(void **state)
{
    static const char *const names[] = {
        "relay_secret", "redis_password", "zendesk_token",
        "hook",         "app_key",        "admin_token",
        "shop_key",     "zendesk_client", "zendesk_refresh"};
    char *example = read_example();
    struct settings *settings;
    struct buf text;
    void *folder;

    (void)state;
    settings_folder_make(&folder);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        write_file(names[i], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    write_file("app_hooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
                            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    buf_init(&text, LIMIT);
    uncomment(example, &text);
    settings = settings_of(buf_str(&text));
    assert_int_equal(settings->form_count, 2);
    assert_int_equal(settings->admin.token_count, 1);
    assert_true(settings_uses_oauth(&settings->destinations[1]));
    assert_int_equal(settings->forms[0].field_count, 1);
    assert_int_equal(settings->forms[1].callback.secret_count, 2);
    assert_string_equal(settings->forms[0].template, "{message}\n\n{fields}");
    settings_release(settings);
    settings_folder_remove(&folder);
    buf_clear(&text);
    free(example);
}

/* Each test begins in the project's folder. */
static int go_back(void **state)
{
    return chdir(*state);
}

int main(void)
{
    char *project = getcwd(NULL, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(as_it_is_it_changes_nothing,
                                                 NULL, go_back, project),
        cmocka_unit_test_prestate_setup_teardown(
            with_every_comment_taken_away_it_is_right, NULL, go_back, project),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(project);
    return failed;
}

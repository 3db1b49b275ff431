/*
 * `afterhours erase`: submissions by their ids, or everything of a person by
 * the address.
 */
#include "cmd/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/email.h"
#include "cmd/ask.h"
#include "cmd/moves.h"
#include "cmd/session.h"

#include "base/banned.h"

/* Neither in Redis nor in a journal, which has it until Redis is back. */
#define NOTHING "nothing was erased; ask again when Redis is there"

/* Addresses are kept keyed with the secret: one made now would find nothing. */
static bool know_secret(struct settings *settings, struct error *err)
{
    char *path = alloc_format("%s/secret", settings->data_dir);
    bool ok = secret_present(&settings->secret) || access(path, R_OK) == 0;

    if (!ok)
        error_set(err, ERROR_CONFIG,
                  "%s: %s; persons are found by the relay's secret: be the "
                  "user it runs as, with its data_dir, or set secret",
                  path, strerror(errno));
    free(path);
    return ok && settings_make_secret(settings, err);
}

static bool erase_person(struct session *session, const char *config,
                         const char *address, struct error *err)
{
    size_t count = 0;

    if (!session_open(session, config, err) ||
        !know_secret(session->settings, err) ||
        !session_connect(session, err) ||
        !ask_to_move(session, queue_forget_email, address, &count, err))
        return false;
    printf("%zu of that person erased here; what Zendesk has of them stays "
           "there\n",
           count);
    return true;
}

static int erase_by_email(const char *name, const char *config,
                          const char *email)
{
    struct session session = {0};
    struct error err = {0};
    char address[EMAIL_SIZE];
    const char *why;
    bool ok;

    if (!email_read(email, address, &why))
        return command_misused(name, "--email: %s", why);
    ok = erase_person(&session, config, address, &err);
    session_close(&session);
    if (!ok && err.kind == ERROR_UNAVAILABLE)
        error_prefix(&err, "%s", NOTHING);
    return ok ? 0 : command_failed(name, &err);
}

int cmd_erase(int argc, char **argv)
{
    static const struct move move = {
        .move = queue_forget,
        .wants = "give the id of at least one submission, or --email",
        .done = "erased here; what Zendesk has of it stays there",
        .not_done = "there is no such submission; should it come from a "
                    "journal yet, it is not taken",
        .away = NOTHING,
    };
    const char *config = NULL, *email = NULL;
    const struct command_option options[] = {
        {"config", &config, NULL}, {"email", &email, NULL}, {NULL, NULL, NULL}};

    if (!command_options(argc, argv, options))
        return 2;
    if (!email)
        return move_all(argc, argv, &move);
    if (optind < argc)
        return command_misused(argv[0], "give ids or --email, not both");
    return erase_by_email(argv[0], config, email);
}

/*
 * Accepting: one call stores a submission, or says why not. Its answer may be
 * lost; then it is repeated with the same id, and "I have that one" is success.
 */
#include "queue/queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "queue/state.h"

#include "base/banned.h"

#define KEY_LEN 22 /* base64 digits of a digest: 132 bits */

/* For a form that the settings no longer name. */
#define KEEP_USUAL_MS (INT64_C(30) * 24 * 3600 * 1000)

struct accepting {
    queue_accepted *accepted;
    void *context;
    char id[ID_SIZE];
};

/* clang-format off */
static const struct {
    const char *word;
    enum accept_result result;
} results[] = {
    {"new",      ACCEPT_NEW},
    {"known",    ACCEPT_KNOWN},
    {"conflict", ACCEPT_CONFLICT},
    {"full",     ACCEPT_FULL},
};
/* clang-format on */

static enum accept_result read_result(const struct redis_reply *reply)
{
    const char *word = redis_text(redis_at(reply, 0));

    for (size_t i = 0; word && i < sizeof(results) / sizeof(results[0]); i++)
        if (strcmp(results[i].word, word) == 0)
            return results[i].result;
    return ACCEPT_AWAY;
}

static void answered(void *context, const struct redis_answer *answer)
{
    struct accepting *accepting = context;
    const char *id = redis_text(redis_at(answer->reply, 1)), *why = "";
    enum accept_result result = ACCEPT_AWAY;
    struct error err;

    if (!call_failed(answer, &err)) {
        result = read_result(answer->reply);
        if (result == ACCEPT_FULL)
            why = "the destination has as many waiting as limits.depth allows";
        else if (result == ACCEPT_AWAY)
            why = "Redis gave an answer that makes no sense";
    } else {
        why = err.text;
        if (redis_is_error(answer->reply, "OOM"))
            result = ACCEPT_FULL;
    }
    accepting->accepted(accepting->context, result, id ? id : accepting->id,
                        why);
    free(accepting);
}

/* A key of its own for each form; short, and of harmless letters. */
static void hash_key(const char *form, const char *key, char hash[KEY_LEN + 1])
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    struct buf text, spelled;

    hash[0] = '\0';
    if (!key)
        return;
    buf_init(&text, strlen(form) + strlen(key) + 2);
    buf_init(&spelled, 64);
    buf_text(&text, form);
    buf_char(&text, '\n');
    buf_text(&text, key);
    crypto_sha256(buf_str(&text), text.len, digest);
    crypto_base64url(digest, sizeof(digest), &spelled);
    memcpy(hash, buf_str(&spelled), KEY_LEN);
    hash[KEY_LEN] = '\0';
    buf_clear(&spelled);
    buf_clear(&text);
}

static void add_fact(struct command *command, const char *name,
                     const char *value)
{
    if (!value || !*value)
        return;
    command_text(command, name);
    command_text(command, value);
}

static void add_facts(struct command *command, const struct queue *queue,
                      const struct submission *submission, const char *key,
                      const char *mail)
{
    const char *form = submission->form ? submission->form : "";
    const struct settings_form *found = settings_form(queue->settings, form);

    command_text(command, "keep");
    command_int(command, found ? found->keep_ms : KEEP_USUAL_MS);
    add_fact(command, "form", form);
    add_fact(command, "ref", submission->reference);
    add_fact(command, "key", key);
    add_fact(command, "mail", mail);
}

void queue_accept(struct queue *queue, const struct submission *submission,
                  const struct accept_options *options,
                  queue_accepted *accepted, void *context)
{
    struct accepting *accepting = NEW(struct accepting);
    struct call_plan plan = {options->deadline_ms, true};
    const char *name = submission->destination;
    const char *mail = options->email_hash ? options->email_hash : "";
    const char *message = submission->message ? submission->message : "";
    char key[KEY_LEN + 1];
    struct command command;

    assert(id_ok(submission->id) && id_name_ok(name));
    accepting->accepted = accepted;
    accepting->context = context;
    snprintf(accepting->id, sizeof(accepting->id), "%s", submission->id);
    hash_key(submission->form ? submission->form : "", options->key, key);

    command_function(&command, "ah1_accept");
    command_key(&command, name, "item:", submission->id);
    command_key(&command, name, "body:", submission->id);
    command_key(&command, name, "all", "");
    command_key(&command, name, "due:deliver", "");
    command_key(&command, name, "held", "");
    command_key(&command, name, "meta", "");
    command_key(&command, name, "bell", "");
    command_key(&command, name, "key:", key);
    command_key(&command, name, "mail:", mail);
    command_text(&command, submission->id);
    command_int(&command, options->held);
    command_int(&command, queue->settings->limits.depth);
    command_text(&command, key);
    command_text(&command, options->fingerprint);
    command_int(&command, options->key_ttl_ms > 0 ? options->key_ttl_ms : 1);
    command_text(&command, mail);
    command_bytes(&command, message, strlen(message));
    command_int(&command, submission->received_at);
    add_facts(&command, queue, submission, key, mail);
    call_start(queue, &command, plan, answered, accepting);
}

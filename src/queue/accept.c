/*
 * Accepting: a call stores submissions, or says of each why not. Its answer may
 * be lost; then it is repeated with the same ids, and "I have that one" is
 * success.
 */
#include "queue/accept.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "queue/state.h"

#include "base/banned.h"

#define PATIENCE_LEAST_MS INT64_C(1000)
#define PATIENCE_MOST_MS  INT64_C(10000)

/* For a form that the settings no longer name. */
#define KEEP_USUAL_MS (INT64_C(30) * 24 * 3600 * 1000)

struct accepting {
    struct queue *queue;
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

static enum accept_result read_result(const struct redis_reply *row)
{
    const char *word = redis_text(redis_at(row, 0));

    for (size_t i = 0; word && i < sizeof(results) / sizeof(results[0]); i++)
        if (strcmp(results[i].word, word) == 0)
            return results[i].result;
    return ACCEPT_AWAY;
}

static void tell(const struct accepting *one, const struct redis_reply *row)
{
    enum accept_result result = read_result(row);
    const char *id = redis_text(redis_at(row, 1)), *why = "";

    if (result == ACCEPT_FULL)
        /* Of both, so that a trap is not told from a full line. */
        why = "the destination has as many waiting as limits.depth and "
              "limits.quarantine allow";
    else if (result == ACCEPT_AWAY)
        why = "Redis gave an answer that makes no sense";
    one->accepted(one->context, result, id ? id : one->id, why);
}

static void answered(void *context, const struct redis_answer *answer,
                     const struct redis_reply *row)
{
    struct accepting *one = context;
    bool full = full_answered(one->queue, answer);
    struct error err;

    if (call_failed(answer, &err))
        one->accepted(one->context, full ? ACCEPT_NO_MEMORY : ACCEPT_AWAY,
                      one->id, err.text);
    else
        tell(one, row);
    free(one);
}

/* A key of its own for each form; short, and of harmless letters. */
static void hash_key(const char *form, const char *key,
                     char hash[ACCEPT_KEY_SIZE])
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
    memcpy(hash, buf_str(&spelled), ACCEPT_KEY_SIZE - 1);
    hash[ACCEPT_KEY_SIZE - 1] = '\0';
    buf_clear(&spelled);
    buf_clear(&text);
}

void accept_begin(const struct queue *queue, const char *name,
                  struct command *keys, struct command *arguments)
{
    command_key(keys, name, "all", "");
    command_key(keys, name, "due:deliver", "");
    command_key(keys, name, "held", "");
    command_key(keys, name, "meta", "");
    command_key(keys, name, "bell", "");
    command_key(keys, name, "at", "");
    command_key(keys, name, "upd", "");
    command_int(arguments, queue->settings->limits.depth);
    command_int(arguments, queue->settings->limits.quarantine);
}

static const struct batch_kind accepting_kind = {"ah3_accept", true,
                                                 accept_begin, answered};

static void add_fact(struct command *facts, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    command_text(facts, name);
    command_text(facts, value);
}

static void add_facts(struct command *arguments, const struct queue *queue,
                      const struct submission *submission,
                      const struct accept_options *options, const char *key)
{
    const char *form = submission->form ? submission->form : "";
    const struct settings_form *found = settings_form(queue->settings, form);
    struct command facts;

    command_part(&facts);
    command_text(&facts, "keep");
    command_int(&facts, found ? found->keep_ms : KEEP_USUAL_MS);
    add_fact(&facts, "form", form);
    add_fact(&facts, "ref", submission->reference);
    add_fact(&facts, "key", key);
    add_fact(&facts, "mail", options->email_hash);
    add_fact(&facts, "sid", options->session_id);
    command_int(arguments, (int64_t)facts.count);
    command_add(arguments, &facts);
    command_clear(&facts);
}

void accept_add(const struct queue *queue, const struct batch_place *place,
                const struct submission *submission,
                const struct accept_options *options, char key[ACCEPT_KEY_SIZE])
{
    const char *name = submission->destination;
    const char *message = submission->message ? submission->message : "";
    struct command *arguments = place->arguments;

    assert(id_ok(submission->id) && id_name_ok(name));
    hash_key(submission->form ? submission->form : "", options->key, key);
    command_key(place->keys, name, "item:", submission->id);
    command_key(place->keys, name, "body:", submission->id);
    command_key(place->keys, name, "key:", key);
    command_key(place->keys, name,
                "mail:", options->email_hash ? options->email_hash : "");
    command_key(place->keys, name, "gone:", submission->id);
    command_text(arguments, submission->id);
    command_int(arguments, options->held);
    command_text(arguments, key);
    command_text(arguments, options->fingerprint);
    command_int(arguments, options->key_ttl_ms > 0 ? options->key_ttl_ms : 1);
    command_text(arguments, options->email_hash);
    command_bytes(arguments, message, strlen(message));
    command_int(arguments, submission->received_at);
    command_int(arguments, options->at ? options->at : submission->received_at);
    add_facts(arguments, queue, submission, options, key);
}

void queue_accept(struct queue *queue, const struct submission *submission,
                  const struct accept_options *options,
                  queue_accepted *accepted, void *context)
{
    struct accepting *one = NEW(struct accepting);
    struct batch_place place;
    char key[ACCEPT_KEY_SIZE];

    one->queue = queue;
    one->accepted = accepted;
    one->context = context;
    snprintf(one->id, sizeof(one->id), "%s", submission->id);
    place = batch_join(&queue->batcher, &accepting_kind,
                       submission->destination, options->deadline_ms, one);
    accept_add(queue, &place, submission, options, key);
}

int64_t queue_accept_ms(const struct settings *settings)
{
    int64_t ms = 2 * settings->redis.timeout_ms;

    if (ms < PATIENCE_LEAST_MS)
        return PATIENCE_LEAST_MS;
    return ms < PATIENCE_MOST_MS ? ms : PATIENCE_MOST_MS;
}

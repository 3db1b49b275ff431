/*
 * Accepting: a call stores submissions, or says of each why not. Its answer may
 * be lost; then it is repeated with the same ids, and "I have that one" is
 * success.
 *
 * What is handed in during one turn of the loop leaves in one call for each
 * destination: that costs Redis less than one call each, and nobody waits
 * longer for it.
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

#define KEY_LEN 22 /* base64 digits of a digest: 132 bits */

/* For a form that the settings no longer name. */
#define KEEP_USUAL_MS (INT64_C(30) * 24 * 3600 * 1000)

/* More in one call would keep Redis from others for too long. */
#define BATCH_MAX   32
#define BATCH_BYTES ((size_t)256 * 1024)

struct accepting {
    queue_accepted *accepted;
    void *context;
    char id[ID_SIZE];
};

struct accept_batch {
    struct accept_batch *next; /* while gathering */
    char destination[ID_NAME_MAX + 1];
    int64_t deadline_ms;
    struct command keys, arguments; /* of all of them; see ah1_accept */
    struct accepting list[BATCH_MAX];
    size_t count;
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
        why = "the destination has as many waiting as limits.depth allows";
    else if (result == ACCEPT_AWAY)
        why = "Redis gave an answer that makes no sense";
    one->accepted(one->context, result, id ? id : one->id, why);
}

static void answered(void *context, const struct redis_answer *answer)
{
    struct accept_batch *batch = context;
    struct error err;
    bool failed = call_failed(answer, &err);
    bool full = redis_is_error(answer->reply, "OOM");

    for (size_t i = 0; i < batch->count; i++) {
        const struct accepting *one = &batch->list[i];

        if (failed)
            one->accepted(one->context, full ? ACCEPT_FULL : ACCEPT_AWAY,
                          one->id, err.text);
        else
            tell(one, redis_at(answer->reply, i));
    }
    free(batch);
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

/* The whole of them, and the words of each. */
static void send_batch(struct queue *queue, struct accept_batch *batch)
{
    const char *name = batch->destination;
    struct call_plan plan = {batch->deadline_ms, true};
    struct command command;

    command_function(&command, "ah1_accept");
    command_key(&command, name, "all", "");
    command_key(&command, name, "due:deliver", "");
    command_key(&command, name, "held", "");
    command_key(&command, name, "meta", "");
    command_key(&command, name, "bell", "");
    command_add(&command, &batch->keys);
    command_int(&command, queue->settings->limits.depth);
    command_int(&command, (int64_t)batch->count);
    command_add(&command, &batch->arguments);
    command_clear(&batch->keys);
    command_clear(&batch->arguments);
    call_start(queue, &command, plan, answered, batch);
}

void acceptor_init(struct acceptor *acceptor, struct queue *queue)
{
    acceptor->queue = queue;
    acceptor->soon = timer_new(queue->loop, acceptor_flush, acceptor);
}

void acceptor_flush(void *context)
{
    struct acceptor *acceptor = context;
    struct accept_batch *batch;

    while ((batch = acceptor->gathering)) {
        acceptor->gathering = batch->next;
        send_batch(acceptor->queue, batch);
    }
}

void acceptor_clear(struct acceptor *acceptor)
{
    timer_free(acceptor->soon);
    acceptor->soon = NULL;
}

static bool is_full(const struct accept_batch *batch)
{
    return batch->count == BATCH_MAX ||
           batch->arguments.bytes.len >= BATCH_BYTES;
}

/* The batch that this one belongs to; a new one if there is none. */
static struct accept_batch *find_batch(struct acceptor *acceptor,
                                       const char *destination,
                                       int64_t deadline_ms)
{
    struct accept_batch *batch = acceptor->gathering;

    while (batch && (is_full(batch) || batch->deadline_ms != deadline_ms ||
                     strcmp(batch->destination, destination) != 0))
        batch = batch->next;
    if (batch)
        return batch;
    batch = NEW(struct accept_batch);
    snprintf(batch->destination, sizeof(batch->destination), "%s", destination);
    batch->deadline_ms = deadline_ms;
    command_part(&batch->keys);
    command_part(&batch->arguments);
    batch->next = acceptor->gathering;
    acceptor->gathering = batch;
    timer_start(acceptor->soon, 0);
    return batch;
}

static void add_fact(struct command *facts, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    command_text(facts, name);
    command_text(facts, value);
}

static void add_facts(struct command *arguments, const struct queue *queue,
                      const struct submission *submission, const char *key,
                      const char *mail)
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
    add_fact(&facts, "mail", mail);
    command_int(arguments, (int64_t)facts.count);
    command_add(arguments, &facts);
    command_clear(&facts);
}

void queue_accept(struct queue *queue, const struct submission *submission,
                  const struct accept_options *options,
                  queue_accepted *accepted, void *context)
{
    const char *name = submission->destination;
    const char *mail = options->email_hash ? options->email_hash : "";
    const char *message = submission->message ? submission->message : "";
    struct accept_batch *batch =
        find_batch(&queue->acceptor, name, options->deadline_ms);
    struct accepting *one = &batch->list[batch->count++];
    char key[KEY_LEN + 1];

    assert(id_ok(submission->id) && id_name_ok(name));
    one->accepted = accepted;
    one->context = context;
    snprintf(one->id, sizeof(one->id), "%s", submission->id);
    hash_key(submission->form ? submission->form : "", options->key, key);

    command_key(&batch->keys, name, "item:", submission->id);
    command_key(&batch->keys, name, "body:", submission->id);
    command_key(&batch->keys, name, "key:", key);
    command_key(&batch->keys, name, "mail:", mail);
    command_text(&batch->arguments, submission->id);
    command_int(&batch->arguments, options->held);
    command_text(&batch->arguments, key);
    command_text(&batch->arguments, options->fingerprint);
    command_int(&batch->arguments,
                options->key_ttl_ms > 0 ? options->key_ttl_ms : 1);
    command_text(&batch->arguments, mail);
    command_bytes(&batch->arguments, message, strlen(message));
    command_int(&batch->arguments, submission->received_at);
    add_facts(&batch->arguments, queue, submission, key, mail);
}

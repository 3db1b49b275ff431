/*
 * What there is of one person, by the keyed hash of the address: so that it can
 * be found by who knows the address, and is read by nobody.
 */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/email.h"
#include "queue/erase.h"
#include "queue/names.h"
#include "queue/state.h"

#include "base/banned.h"

#define SLICE 100

/* What the secret signs here; other uses of it sign other words. */
#define PURPOSE "email:"

struct forgetting {
    struct queue *queue;
    struct name *names; /* owned: of the settings, and those that were left */
    size_t name_count;
    char hash[QUEUE_EMAIL_HASH_SIZE];
    size_t destination; /* of the names, under way */
    size_t skip;        /* ids of this one with nothing behind them */
    char ids[SLICE][ID_SIZE];
    size_t id_count, next;
    size_t erased;
    queue_count_done *done;
    void *context;
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

void queue_email_hash(const struct settings *settings, const char *email,
                      char hash[QUEUE_EMAIL_HASH_SIZE])
{
    char text[sizeof(PURPOSE) + EMAIL_SIZE] = PURPOSE;
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    size_t len = strlen(PURPOSE);

    for (; *email && len < sizeof(text); email++)
        text[len++] = lower(*email);
    crypto_hmac_sha256(settings->secret.bytes ? settings->secret.bytes : "",
                       settings->secret.len, text, len, digest);
    crypto_hex(digest, (QUEUE_EMAIL_HASH_SIZE - 1) / 2, hash);
}

static void say_gone(struct forgetting *job);
static void look(struct forgetting *job);

static void finish(struct forgetting *job, const struct error *err)
{
    job->done(job->context, job->erased, err);
    free(job->names);
    free(job);
}

static void erase_next(struct forgetting *job);

static void erased(void *context, size_t count, const struct error *err)
{
    struct forgetting *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    job->erased += count;
    job->skip += count == 0;
    erase_next(job);
}

static void erase_next(struct forgetting *job)
{
    if (job->next < job->id_count)
        queue_forget(job->queue, job->ids[job->next++], erased, job);
    else
        look(job);
}

static void seen(void *context, const struct redis_answer *answer)
{
    struct forgetting *job = context;
    size_t rows = redis_count(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    job->id_count = job->next = 0;
    for (size_t i = 0; i < rows && i < SLICE; i++) {
        const char *id = redis_text(redis_at(answer->reply, i));

        snprintf(job->ids[job->id_count++], ID_SIZE, "%s", id ? id : "");
    }
    if (rows == 0) {
        job->destination++;
        job->skip = 0;
    }
    erase_next(job);
}

/* The next slice of this destination, or of the next one. */
static void look(struct forgetting *job)
{
    struct command command;

    if (job->destination == job->name_count) {
        finish(job, NULL);
        return;
    }
    command_plain(&command, "ZRANGE");
    command_key(&command, job->names[job->destination].text,
                "mail:", job->hash);
    command_int(&command, (int64_t)job->skip);
    command_int(&command, (int64_t)job->skip + SLICE - 1);
    call_start(job->queue, &command, (struct call_plan){0, true}, seen, job);
}

static void said_gone(void *context, const struct redis_answer *answer)
{
    struct forgetting *job = context;
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, &err);
        return;
    }
    job->destination++;
    say_gone(job);
}

/* First: whatever comes from a journal from here on is not taken; then what is
 * there is erased. */
static void say_gone(struct forgetting *job)
{
    const struct gone gone = {.email = job->hash};

    if (job->destination < job->name_count) {
        bring_never(job->queue, job->names[job->destination].text, &gone,
                    said_gone, job);
        return;
    }
    job->destination = 0;
    look(job);
}

static void named(void *context, const struct name *list, size_t count,
                  const struct error *err)
{
    struct forgetting *job = context;

    if (err) {
        finish(job, err);
        return;
    }
    job->names = NEW_ARRAY(count, struct name);
    job->name_count = count;
    memcpy(job->names, list, count * sizeof(*list));
    say_gone(job);
}

void queue_forget_email(struct queue *queue, const char *email,
                        queue_count_done *done, void *context)
{
    struct forgetting *job = NEW(struct forgetting);

    job->queue = queue;
    queue_email_hash(queue->settings, email, job->hash);
    job->done = done;
    job->context = context;
    names_ask(queue, named, job);
}

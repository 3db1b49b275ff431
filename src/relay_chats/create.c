/*
 * Create: what was posted goes into the queue as a submission of the key's
 * form, and is answered for only when it is safe there.
 */
#include "relay_chats/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/email.h"
#include "base/id.h"
#include "base/text.h"
#include "chat/chat_json.h"

#include "base/banned.h"

/* What is posted is written anew: without escapes that were not needed. */
#define GROWTH   4
#define ROOM     4096
#define KEY_SIZE (8 + CHAT_API_KEY_MAX + 1)

/* Keys that programs chose, keys made of what they sent, keys of forms: none of
 * them ever meet. */
#define SENT_PREFIX "chat:"
#define MADE_PREFIX "chatfp:"

struct creating {
    struct job job;
    char id[ID_SIZE];
    char *body;       /* owned; as it is posted */
    char *session_id; /* owned; the sender's, or NULL */
    int64_t at, received_at;
    char key[KEY_SIZE];
    char fingerprint[CRYPTO_HEX_SIZE];
    char hash[QUEUE_EMAIL_HASH_SIZE];
    bool replayed;
};

static void end_with(struct creating *job, const struct chat_found *found)
{
    free(job->body);
    free(job->session_id);
    job_end(&job->job, found);
}

static void end(struct creating *job, enum chat_store_fate fate)
{
    end_with(job, &(struct chat_found){.fate = fate});
}

static void show(struct creating *job, const struct held *held)
{
    struct chat_found found = {.total = 1, .replayed = job->replayed};
    struct sheet sheet;

    sheet_begin(&sheet);
    sheet_add_chat(&sheet, held);
    if (!sheet_end(&sheet))
        found.fate = CHAT_STORE_LARGE;
    found.items = sheet.items;
    found.count = sheet.count;
    end_with(job, &found);
    sheet_clear(&sheet);
}

static void show_new(struct creating *job, const char *id)
{
    const struct held held = {
        .id = id,
        .body = job->body,
        .body_len = strlen(job->body),
        .session_id = job->session_id,
        .at = job->at,
        .updated_at = job->received_at,
        .unread = true,
    };

    show(job, &held);
}

/* The first one as it is now. It is safe, whether it can be read or not; when
 * it is gone already, what it was is known. */
static void found_first(void *context, const struct held *list, size_t count,
                        const struct error *err)
{
    struct creating *job = context;

    if (!err && count == 1)
        show(job, list);
    else
        show_new(job, job->id);
}

static void accepted(void *context, enum accept_result result, const char *id,
                     const char *why, bool journalled)
{
    struct creating *job = context;
    char first[ID_SIZE];
    const char *ids[] = {first};

    (void)why; /* the log has it, and health; a program cannot mend it */
    switch (result) {
    case ACCEPT_NEW:
        show_new(job, job->id);
        return;
    case ACCEPT_KNOWN:
        snprintf(first, sizeof(first), "%s", id);
        memcpy(job->id, first, sizeof(first));
        job->replayed = true;
        /* What waits in the journal is as it came, and so as it came now. */
        if (journalled && id_made_at(job->id, &job->received_at)) {
            show_new(job, job->id);
            return;
        }
        queue_held_find(job->job.chats->reception.queue,
                        job->job.form->destination, ids, 1, found_first, job);
        return;
    case ACCEPT_CONFLICT:
        end(job, CHAT_STORE_CONFLICT);
        return;
    case ACCEPT_FULL:
    case ACCEPT_NO_MEMORY:
    case ACCEPT_AWAY:
        break;
    }
    end(job, CHAT_STORE_AWAY);
}

static void digest(const json_t *body, char hex[CRYPTO_HEX_SIZE])
{
    unsigned char bytes[CRYPTO_DIGEST_SIZE];
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);

    crypto_sha256(text, strlen(text), bytes);
    crypto_hex(bytes, sizeof(bytes), hex);
    free(text);
}

/* What a repetition within the form's window repeats: who, and the message.
 * Of one who tells no address, all of it. */
static void name_by_content(struct creating *job,
                            const struct chat_draft *draft, const char *email)
{
    json_t *parts = json_array();
    char hex[CRYPTO_HEX_SIZE];

    if (*email) {
        json_array_append_new(parts, json_string(email));
        json_array_append_new(parts, json_string(draft->message));
    } else {
        json_array_append(parts, draft->body);
    }
    digest(parts, hex);
    json_decref(parts);
    snprintf(job->key, sizeof(job->key), MADE_PREFIX "%s", hex);
}

static void name_the_repetition(struct creating *job,
                                const struct chat_create *create,
                                const char *email,
                                struct accept_options *options)
{
    int64_t window = job->job.form->dedupe_window_ms;

    if (create->idempotency_key) {
        snprintf(job->key, sizeof(job->key), SENT_PREFIX "%s",
                 create->idempotency_key);
        digest(create->draft->body, job->fingerprint);
        reception_key_sent(options, job->key, job->fingerprint);
    } else if (window > 0) {
        name_by_content(job, create->draft, email);
        reception_key_made(options, job->key, window);
    }
}

/* The address as erasing will ask for it; "" when there is none. */
static void read_email(const struct chat_draft *draft, char email[EMAIL_SIZE])
{
    const char *why;

    if (!email_read(draft->email, email, &why))
        snprintf(email, EMAIL_SIZE, "%s", draft->email);
}

/*
 * What will be posted: all that came, but for the session's id, by which
 * resolve finds it again, and the timestamp, which is a number for sure.
 */
static bool write_body(struct creating *job, const struct chat_draft *draft)
{
    json_t *body = json_deep_copy(draft->body);
    json_t *session = json_object_get(body, "session");
    struct buf text;
    bool ok;

    json_object_set_new(session, "id", json_string(job->id));
    json_object_set_new(body, "timestamp", json_integer(draft->at / 1000));
    buf_init(&text, GROWTH * job->job.settings->limits.body + ROOM);
    chat_json_print(body, &text);
    json_decref(body);
    ok = buf_ok(&text);
    if (ok)
        job->body = buf_take(&text);
    buf_clear(&text);
    return ok;
}

static void refuse_message(struct creating *job)
{
    struct chat_complaints complaints = {.count = 0};

    chat_complain(&complaints, "message", COMPLAINT_INVALID,
                  "send at most %zu characters",
                  job->job.settings->limits.message);
    end_with(job, &(struct chat_found){.fate = CHAT_STORE_REFUSED,
                                       .complaints = &complaints});
}

static void hand_over(struct creating *job, const struct chat_create *create)
{
    const struct settings *settings = job->job.settings;
    struct submission submission = {
        .destination = job->job.form->destination,
        .form = job->job.form->name,
        .message = job->body,
        .received_at = job->received_at,
    };
    struct accept_options options = {
        .deadline_ms = queue_accept_ms(settings),
        .at = job->at,
        .session_id = job->session_id,
    };
    char email[EMAIL_SIZE];

    memcpy(submission.id, job->id, sizeof(submission.id));
    read_email(create->draft, email);
    if (*email) {
        queue_email_hash(settings, email, job->hash);
        options.email_hash = job->hash;
    }
    name_the_repetition(job, create, email, &options);
    reception_accept(&job->job.chats->reception, job->job.form, &submission,
                     &options, accepted, job);
}

void relay_create(void *store, const struct chat_access *access,
                  const struct chat_create *create, chat_store_done *done,
                  void *context)
{
    struct creating *job = NEW(struct creating);
    const struct chat_draft *draft = create->draft;
    const char *why;

    job_begin(&job->job, store, access, done, context);
    job->received_at = clock_wall_ms();
    job->at = draft->at;
    id_make(job->id, job->job.form->destination, job->received_at);
    if (*draft->session_id)
        job->session_id = alloc_text(draft->session_id);
    if (text_characters(draft->message, strlen(draft->message)) >
        job->job.settings->limits.message)
        refuse_message(job);
    else if (!reception_durable(&job->job.chats->reception, job->job.form,
                                &why))
        end(job, CHAT_STORE_AWAY);
    else if (!write_body(job, draft))
        end(job, CHAT_STORE_LARGE);
    else
        hand_over(job, create);
}

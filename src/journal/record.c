/* Records as bytes. See record.h. */
#include "journal/record.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/id.h"

#include "base/banned.h"

#define MARK      "J1 "
#define MARK_LEN  3
#define SIZE_LEN  8
#define SUM_BYTES 16
#define SUM_LEN   (2 * SUM_BYTES)
#define HEAD_LEN  (MARK_LEN + SIZE_LEN + 1 + SUM_LEN + 1)

/* ---- as a value ---- */

static void point_at_texts(struct record *record)
{
    record->options.key = record->key;
    record->options.fingerprint = record->fingerprint;
    record->options.email_hash = record->email_hash;
    record->options.session_id = record->session_id;
}

void record_copy(struct record *record, const struct submission *submission,
                 const struct accept_options *options)
{
    submission_copy(&record->submission, submission);
    record->options = *options;
    record->key = alloc_text(options->key);
    record->fingerprint = alloc_text(options->fingerprint);
    record->email_hash = alloc_text(options->email_hash);
    record->session_id = alloc_text(options->session_id);
    point_at_texts(record);
}

void record_clear(struct record *record)
{
    submission_clear(&record->submission);
    free(record->key);
    free(record->fingerprint);
    free(record->email_hash);
    free(record->session_id);
    *record = (struct record){0};
}

/* ---- into bytes ---- */

static void checksum(const char *bytes, size_t len, char text[SUM_LEN + 1])
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];

    crypto_sha256(bytes, len, digest);
    crypto_hex(digest, SUM_BYTES, text);
}

/* False: it is there, and cannot be written. */
static bool add_text(json_t *root, const char *name, const char *value)
{
    return !value || json_object_set_new(root, name, json_string(value)) == 0;
}

static bool add_all(json_t *root, const struct record *record)
{
    const struct submission *submission = &record->submission;
    const struct accept_options *options = &record->options;

    json_object_set_new(root, "received_at",
                        json_integer(submission->received_at));
    json_object_set_new(root, "key_ttl_ms", json_integer(options->key_ttl_ms));
    json_object_set_new(root, "at", json_integer(options->at));
    json_object_set_new(root, "held", json_boolean(options->held));
    return add_text(root, "id", submission->id) &&
           add_text(root, "form", submission->form) &&
           add_text(root, "reference", submission->reference) &&
           add_text(root, "key", options->key) &&
           add_text(root, "fingerprint", options->fingerprint) &&
           add_text(root, "email_hash", options->email_hash) &&
           add_text(root, "session_id", options->session_id) &&
           add_text(root, "message", submission->message);
}

bool record_write(const struct record *record, struct buf *out)
{
    json_t *root = json_object();
    char *text = add_all(root, record) ? json_dumps(root, JSON_COMPACT) : NULL;
    char sum[SUM_LEN + 1];
    size_t len;

    json_decref(root);
    if (!text)
        return false;
    len = strlen(text);
    checksum(text, len, sum);
    buf_format(out, MARK "%08zx %s ", len, sum);
    buf_add(out, text, len);
    buf_char(out, '\n');
    crypto_wipe(text, len);
    free(text);
    return true;
}

/* ---- out of bytes ---- */

static json_t *parse(const char *text, size_t len)
{
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(root, "id"));

    if (id && id_ok(id) && json_is_string(json_object_get(root, "form")) &&
        json_is_string(json_object_get(root, "message")))
        return root;
    json_decref(root);
    return NULL;
}

static bool read_size(const char *digits, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < SIZE_LEN; i++) {
        const char *all = "0123456789abcdef";
        const char *digit = digits[i] ? strchr(all, digits[i]) : NULL;

        if (!digit)
            return false;
        *size = *size * 16 + (size_t)(digit - all);
    }
    return *size <= RECORD_MAX;
}

/* A whole record at the beginning of bytes: its JSON, else NULL. */
static json_t *whole(const char *bytes, size_t len, size_t *json_len)
{
    const char *sum = bytes + MARK_LEN + SIZE_LEN + 1;
    char right[SUM_LEN + 1];

    if (len < HEAD_LEN || memcmp(bytes, MARK, MARK_LEN) != 0 ||
        bytes[MARK_LEN + SIZE_LEN] != ' ' || bytes[HEAD_LEN - 1] != ' ' ||
        !read_size(bytes + MARK_LEN, json_len) || *json_len > len - HEAD_LEN)
        return NULL;
    checksum(bytes + HEAD_LEN, *json_len, right);
    if (memcmp(sum, right, SUM_LEN) != 0)
        return NULL;
    return parse(bytes + HEAD_LEN, *json_len);
}

/* Where the next record may begin: a line that starts like one. */
static size_t next_mark(const char *bytes, size_t len, size_t offset)
{
    const char *found =
        memmem(bytes + offset, len - offset, "\n" MARK, 1 + MARK_LEN);

    return found ? (size_t)(found - bytes) + 1 : len;
}

enum record_find record_next(const char *bytes, size_t len, size_t offset,
                             struct record_place *place)
{
    size_t json_len = 0, end;
    json_t *root;

    place->offset = offset;
    place->len = 0;
    if (offset >= len)
        return RECORD_END;
    root = whole(bytes + offset, len - offset, &json_len);
    if (root) {
        json_decref(root);
        end = offset + HEAD_LEN + json_len;
        place->len = end - offset + (end < len);
        return RECORD_WHOLE;
    }
    end = next_mark(bytes, len, offset);
    place->len = end - offset;
    return end == len && bytes[len - 1] != '\n' ? RECORD_TORN : RECORD_DAMAGED;
}

static char *take_text(const json_t *root, const char *name)
{
    return alloc_text(json_string_value(json_object_get(root, name)));
}

static int64_t take_number(const json_t *root, const char *name)
{
    return json_integer_value(json_object_get(root, name));
}

static void take_all(const json_t *root, struct record *record)
{
    struct submission *submission = &record->submission;
    struct accept_options *options = &record->options;
    char destination[ID_NAME_MAX + 1] = "";

    *record = (struct record){0};
    snprintf(submission->id, sizeof(submission->id), "%s",
             json_string_value(json_object_get(root, "id")));
    if (id_destination(submission->id, destination))
        submission->destination = alloc_text(destination);
    submission->kind = SUBMISSION_MESSAGE;
    submission->form = take_text(root, "form");
    submission->message = take_text(root, "message");
    submission->reference = take_text(root, "reference");
    submission->received_at = take_number(root, "received_at");
    options->key_ttl_ms = take_number(root, "key_ttl_ms");
    options->at = take_number(root, "at");
    options->held = json_is_true(json_object_get(root, "held"));
    record->key = take_text(root, "key");
    record->fingerprint = take_text(root, "fingerprint");
    record->email_hash = take_text(root, "email_hash");
    record->session_id = take_text(root, "session_id");
    if (record->key && !record->fingerprint)
        record->fingerprint = alloc_text("-");
    record->doubtful = true; /* nobody knows what was done with it */
    point_at_texts(record);
}

bool record_read(const char *bytes, const struct record_place *place,
                 struct record *record)
{
    size_t json_len = 0;
    json_t *root = whole(bytes + place->offset, place->len, &json_len);

    if (!root)
        return false;
    take_all(root, record);
    json_decref(root);
    return true;
}

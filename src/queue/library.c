/*
 * The Functions library: its text, and the digest it is known by.
 *
 * The library's name carries the version of the protocol: a change that old and
 * new processes could not share gets a new number and so lives beside the old
 * one. A change that they can share keeps the number; whoever connects with
 * another text replaces it.
 */
#include "queue/library.h"

#include <assert.h>

#include "base/embedded.h"

#include "base/banned.h"

#define LIBRARY_MAX ((size_t)256 * 1024)

static const char *const files[] = {
    "queue_1_base.lua",   "queue_2_accept.lua",  "queue_3_reserve.lua",
    "queue_4_settle.lua", "queue_5_janitor.lua", "queue_6_operator.lua",
    "queue_7_read.lua",   "queue_8_replays.lua", "queue_9_access.lua",
    "queue_9_report.lua",
};

static void add_files(struct buf *out)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const struct embedded *file = embedded_find(files[i]);

        assert(file);
        buf_add(out, file->data, file->len);
    }
}

void library_digest(char digest[CRYPTO_HEX_SIZE])
{
    unsigned char bytes[CRYPTO_DIGEST_SIZE];
    struct buf text;

    buf_init(&text, LIBRARY_MAX);
    add_files(&text);
    crypto_sha256(buf_str(&text), text.len, bytes);
    crypto_hex(bytes, sizeof(bytes), digest);
    buf_clear(&text);
}

void library_text(struct buf *out)
{
    char digest[CRYPTO_HEX_SIZE];

    library_digest(digest);
    buf_format(out, "#!lua name=afterhours_3\nlocal CODE = '%s'\n", digest);
    add_files(out);
}

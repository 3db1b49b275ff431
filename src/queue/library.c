/*
 * The Functions library: its text, and the digest it is known by.
 *
 * The library's name carries the number of the functions, so that those of an
 * earlier release live beside ours. The text of a release never changes;
 * whoever connects with another text of the same number replaces it. The rules
 * are in README.md, "Changing the functions".
 */
#include "queue/library.h"

#include <assert.h>

#include "base/embedded.h"

#include "base/banned.h"

#define LIBRARY_MAX ((size_t)256 * 1024)

static const char *const files[] = {
    "queue_1_base.lua",    "queue_2_accept.lua",   "queue_2_bring.lua",
    "queue_3_gate.lua",    "queue_3_reserve.lua",  "queue_4_settle.lua",
    "queue_5_janitor.lua", "queue_6_operator.lua", "queue_7_read.lua",
    "queue_8_replays.lua", "queue_9_access.lua",   "queue_9_clock.lua",
    "queue_9_numbers.lua", "queue_9_report.lua",
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
    buf_format(out, "#!lua name=" LIBRARY_PREFIX "%d\nlocal CODE = '%s'\n",
               LIBRARY_NUMBER, digest);
    add_files(out);
}

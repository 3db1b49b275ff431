/*
 * A submission as the journal keeps it, with what queue_accept() wants to know:
 * a line of its own.
 *
 *     J1 LENGTH CHECKSUM {"id":...}
 *
 * LENGTH: of the JSON text, 8 hexadecimal digits. CHECKSUM: the first half of
 * its SHA-256, 32 digits. Bytes in, bytes out: no file is touched here.
 */
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "queue/queue.h"
#include "submission/submission.h"

/* Far more than the largest message there can be. */
#define RECORD_MAX ((size_t)256 * 1024 * 1024)

/* All texts owned. */
struct record {
    struct submission submission;
    struct accept_options options; /* texts: the four below; no deadline */
    char *key, *fingerprint, *email_hash, *session_id;
    bool doubtful; /* it may be in the queue already; not written */
};

void record_copy(struct record *record, const struct submission *submission,
                 const struct accept_options *options);
void record_clear(struct record *record);

/* False: the texts are not UTF-8, and nothing was added. */
must_check bool record_write(const struct record *record, struct buf *out);

/* Of the whole line, or of what is no record. */
struct record_place {
    size_t offset, len;
};

enum record_find {
    RECORD_END,     /* there are no more bytes */
    RECORD_WHOLE,   /* checksum and JSON are right */
    RECORD_DAMAGED, /* a stretch that cannot be read */
    RECORD_TORN, /* likewise, at the end: it was never written to its end, and
                    so nobody was promised anything */
};

/* What begins at offset; the next one begins at place->offset + place->len. */
enum record_find record_next(const char *bytes, size_t len, size_t offset,
                             struct record_place *place);

/* False: the bytes at place are no whole record. */
must_check bool record_read(const char *bytes, const struct record_place *place,
                            struct record *record);

#endif

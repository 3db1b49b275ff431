/*
 * A file of the journal, as a power cut, a bad disk or somebody's editor left
 * it: every byte is accounted for, and what is read can be written and read
 * again.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "journal/record.h"

#include "base/banned.h"

static void again(const char *bytes, const struct record_place *place)
{
    struct record_place all = {0, 0};
    struct record record, second;
    struct buf out;

    assert(record_read(bytes, place, &record));
    assert(record.submission.destination && record.submission.message);
    buf_init(&out, RECORD_MAX);
    assert(record_write(&record, &out));
    assert(record_next(out.data, out.len, 0, &all) == RECORD_WHOLE);
    assert(all.len == out.len && record_read(out.data, &all, &second));
    assert(strcmp(second.submission.id, record.submission.id) == 0);
    assert(strcmp(second.submission.message, record.submission.message) == 0);
    assert(second.submission.received_at == record.submission.received_at);
    assert(!second.key == !record.key);
    record_clear(&record);
    record_clear(&second);
    buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Without a NUL after it, so that a byte too far is seen. */
    char *bytes = malloc(size ? size : 1);
    struct record_place place = {0, 0};
    size_t offset = 0;
    enum record_find find;

    memcpy(bytes, data, size);
    while ((find = record_next(bytes, size, offset, &place)) != RECORD_END) {
        assert(place.offset == offset && place.len > 0 &&
               place.len <= size - offset);
        if (find == RECORD_WHOLE)
            again(bytes, &place);
        offset += place.len;
        assert(find != RECORD_TORN || offset == size);
    }
    assert(offset == size);
    free(bytes);
    return 0;
}

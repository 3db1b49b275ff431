/* Growing bytes with a limit. See buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

void buf_init(struct buf *buf, size_t limit)
{
    memset(buf, 0, sizeof(*buf));
    buf->limit = limit;
}

void buf_clear(struct buf *buf)
{
    size_t limit = buf->limit;

    free(buf->data);
    buf_init(buf, limit);
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->overflow = false;
    if (buf->data)
        buf->data[0] = '\0';
}

static bool make_room(struct buf *buf, size_t len)
{
    size_t size = buf->size ? buf->size : 64;

    if (buf->overflow || len > buf->limit - buf->len) {
        buf->overflow = true;
        return false;
    }
    while (size < buf->len + len + 1)
        size *= 2;
    if (size != buf->size) {
        buf->data = alloc_resize(buf->data, size, 1);
        buf->size = size;
    }
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!make_room(buf, len))
        return;
    if (len)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
    if (!make_room(buf, 1))
        return;
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

/* Written where it belongs if there is room, else measured by the attempt. */
void buf_format(struct buf *buf, const char *format, ...)
{
    size_t room = buf->size - buf->len;
    va_list list, again;
    int len;

    va_start(list, format);
    va_copy(again, list);
    len = vsnprintf(room ? buf->data + buf->len : NULL, room, format, list);
    va_end(list);
    if (len < 0)
        buf->overflow = true;
    if (len >= 0 && make_room(buf, (size_t)len)) {
        if ((size_t)len >= room)
            vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    } else if (room) {
        buf->data[buf->len] = '\0';
    }
    va_end(again);
}

bool buf_ok(const struct buf *buf)
{
    return !buf->overflow;
}

const char *buf_str(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
    char *text = buf->data ? buf->data : alloc_text("");

    buf_init(buf, buf->limit);
    return text;
}

/* Texts of others. See chats_text.h. */
#include "cmd/chats_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

/* Bytes of the character at text, which is well-formed. */
static size_t length_of(const char *text)
{
    size_t len = 1;

    while (((unsigned char)text[len] & 0xC0) == 0x80)
        len++;
    return len;
}

/* C0, DEL, C1, and the marks that turn the direction of writing. */
static bool is_control(const char *text)
{
    unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
    unsigned char last = (unsigned char)(c == 0xe2 ? text[2] : 0);

    return c <= ' ' || c == 0x7f || (c == 0xc2 && next < 0xa0) ||
           (c == 0xe2 && next == 0x80 && last >= 0xa8 && last <= 0xae) ||
           (c == 0xe2 && next == 0x81 && last >= 0xa6 && last <= 0xa9);
}

void chats_line(struct buf *out, const char *text, size_t most)
{
    bool space = false, begun = false;
    size_t count = 0;

    if (!text_utf8_ok(text, strlen(text)))
        text = "(not UTF-8)";
    while (*text) {
        size_t len = length_of(text);

        if (is_control(text)) {
            space = begun;
        } else if (count >= most) {
            buf_text(out, "...");
            return;
        } else {
            if (space)
                buf_char(out, ' ');
            buf_add(out, text, len);
            count += 1 + space;
            space = false;
            begun = true;
        }
        text += len;
    }
}

void chats_quote(struct buf *out, const char *text)
{
    buf_char(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            buf_text(out, "'\\''");
        else
            buf_char(out, *text);
    buf_char(out, '\'');
}

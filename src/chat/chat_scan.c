/* JSON walked through. See chat_scan.h. */
#include "chat/chat_scan.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

char chat_scan_peek(struct chat_scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' ||
                                    *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
    return (char)(scan->at < scan->end ? *scan->at : '\0');
}

static bool take(struct chat_scan *scan, char c)
{
    if (chat_scan_peek(scan) != c)
        return false;
    scan->at++;
    return true;
}

/* At the quotation mark; moves on behind the other. */
static bool skip_string(struct chat_scan *scan)
{
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (*scan->at == '\\')
            scan->at++;
    }
    return false;
}

/* Four hexadecimal digits; -1: they are not. */
static long read_unit(struct chat_scan *scan)
{
    long unit = 0;

    if (scan->end - scan->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = text_hex_value(*scan->at++);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static void put_utf8(struct chat_scan *scan, long code)
{
    unsigned char *out = (unsigned char *)scan->out;
    size_t len = 1;

    if (code < 0x80) {
        out[0] = (unsigned char)code;
    } else if (code < 0x800) {
        len = 2;
        out[0] = (unsigned char)(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        len = 3;
        out[0] = (unsigned char)(0xE0 | code >> 12);
    } else {
        len = 4;
        out[0] = (unsigned char)(0xF0 | code >> 18);
    }
    for (size_t i = len; --i > 0; code >>= 6)
        out[i] = (unsigned char)(0x80 | (code & 0x3F));
    scan->out += len;
}

/* Behind "\u". A half of a pair without the other half is no character. */
static bool unescape_unit(struct chat_scan *scan)
{
    long unit = read_unit(scan), low;

    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (scan->end - scan->at < 6 || scan->at[0] != '\\' ||
            scan->at[1] != 'u')
            return false;
        scan->at += 2;
        low = read_unit(scan);
        if (low < 0xDC00 || low > 0xDFFF)
            return false;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    put_utf8(scan, unit);
    return true;
}

/* Behind the backslash. */
static bool unescape(struct chat_scan *scan)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (scan->at == scan->end)
        return false;
    if (*scan->at == 'u') {
        scan->at++;
        return unescape_unit(scan);
    }
    letter = memchr(letters, *scan->at, sizeof(letters) - 1);
    if (!letter)
        return false;
    scan->at++;
    *scan->out++ = meant[letter - letters];
    return true;
}

/* At the quotation mark: the text goes to out. */
static bool read_string(struct chat_scan *scan, struct chat_scalar *scalar)
{
    scalar->text = scan->out;
    scalar->quoted = true;
    for (scan->at++; scan->at < scan->end;) {
        const char *start = scan->at;
        size_t len;

        while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\')
            scan->at++;
        len = (size_t)(scan->at - start);
        memcpy(scan->out, start, len);
        scan->out += len;
        if (scan->at == scan->end)
            return false;
        if (*scan->at++ == '"') {
            scalar->len = (size_t)(scan->out - scalar->text);
            *scan->out++ = '\0';
            return true;
        }
        if (!unescape(scan))
            return false;
    }
    return false;
}

static bool ends_token(char c)
{
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' ||
           c == '\t' || c == '\r' || c == ':' || c == '"' || c == '[' ||
           c == '{';
}

static bool skip_token(struct chat_scan *scan)
{
    const char *start = scan->at;

    while (scan->at < scan->end && !ends_token(*scan->at))
        scan->at++;
    return scan->at > start;
}

bool chat_scan_scalar(struct chat_scan *scan, struct chat_scalar *scalar)
{
    char first = chat_scan_peek(scan);
    const char *start = scan->at;

    memset(scalar, 0, sizeof(*scalar));
    if (first == '"')
        return read_string(scan, scalar);
    if (first == '{' || first == '[')
        return chat_scan_skip(scan);
    if (!skip_token(scan))
        return false;
    scalar->len = (size_t)(scan->at - start);
    scalar->text = scan->out;
    memcpy(scan->out, start, scalar->len);
    scan->out += scalar->len;
    *scan->out++ = '\0';
    return true;
}

/* One bracket, comma, text or token; depth follows the brackets. */
static bool skip_piece(struct chat_scan *scan, size_t *depth)
{
    switch (chat_scan_peek(scan)) {
    case '"':
        return skip_string(scan);
    case '{':
    case '[':
        ++*depth;
        break;
    case '}':
    case ']':
        if (*depth == 0)
            return false;
        --*depth;
        break;
    case ',':
    case ':':
        if (*depth == 0)
            return false;
        break;
    default:
        return skip_token(scan);
    }
    scan->at++;
    return true;
}

bool chat_scan_skip(struct chat_scan *scan)
{
    size_t depth = 0;

    do {
        if (!skip_piece(scan, &depth))
            return false;
    } while (depth > 0);
    return true;
}

/* With its colon. Rarely has a key an escape: then it goes to out. */
static bool read_key(struct chat_scan *scan, const char **key, size_t *key_len)
{
    const char *start;
    struct chat_scalar scalar;

    if (chat_scan_peek(scan) != '"')
        return false;
    start = scan->at;
    if (!skip_string(scan))
        return false;
    *key = start + 1;
    *key_len = (size_t)(scan->at - start) - 2;
    if (memchr(*key, '\\', *key_len)) {
        scan->at = start;
        if (!read_string(scan, &scalar))
            return false;
        *key = scalar.text;
        *key_len = scalar.len;
    }
    return take(scan, ':');
}

bool chat_scan_each(struct chat_scan *scan, char open, chat_scan_value *value,
                    void *context)
{
    char close = (char)(open == '{' ? '}' : ']');
    const char *key = NULL;
    size_t key_len = 0;

    if (!take(scan, open))
        return false;
    if (take(scan, close))
        return true;
    do {
        if (open == '{' && !read_key(scan, &key, &key_len))
            return false;
        if (!value(context, scan, key, key_len))
            return false;
    } while (take(scan, ','));
    return take(scan, close);
}

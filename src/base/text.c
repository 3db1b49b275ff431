/* Text. See text.h. */
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unistr.h>

#include "base/banned.h"

#define LONGEST_WORD       64
#define SHORTEST_BEGINNING 4

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool text_equal_nocase(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

bool text_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool text_int(const char *text, int64_t min, int64_t max, int64_t *number)
{
    const char *first = *text == '-' ? text + 1 : text;
    char *end;
    long long value;

    if (*first < '0' || *first > '9')
        return false;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || *end || value < min || value > max)
        return false;
    *number = value;
    return true;
}

/* Most of what is checked is ASCII, to its end: eight at a time. */
static size_t ascii_len(const char *text, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t eight;
    size_t at = 0;

    for (; len - at >= sizeof(eight); at += sizeof(eight)) {
        memcpy(&eight, text + at, sizeof(eight));
        if (eight & high)
            break;
    }
    return at;
}

bool text_utf8_ok(const char *text, size_t len)
{
    size_t ascii = ascii_len(text, len);

    return u8_check((const uint8_t *)text + ascii, len - ascii) == NULL;
}

size_t text_characters(const char *text, size_t len)
{
    return u8_mbsnlen((const uint8_t *)text, len);
}

size_t text_cut(const char *text, size_t len, size_t most)
{
    if (len <= most)
        return len;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
        most--;
    return most;
}

bool text_clean(const char *text, size_t len)
{
    if (!text_utf8_ok(text, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
    }
    return true;
}

void text_html(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            buf_text(out, "&amp;");
            break;
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        case '\'':
            buf_text(out, "&#39;");
            break;
        default:
            buf_char(out, *text);
        }
    }
}

static bool is_plain_in_json(char c)
{
    return (unsigned char)c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

/* Bytes that can stand in JSON as they are, but for what is no UTF-8. */
static void run_in_json(struct buf *out, const char *text, size_t len)
{
    while (len) {
        const uint8_t *start = (const uint8_t *)text;
        const uint8_t *broken = u8_check(start, len);
        size_t plain = broken ? (size_t)(broken - start) : len;
        ucs4_t c;

        buf_add(out, text, plain);
        if (broken) {
            buf_text(out, "\\ufffd");
            plain += (size_t)u8_mbtouc(&c, broken, len - plain);
        }
        text += plain;
        len -= plain;
    }
}

static void escape_in_json(struct buf *out, char c)
{
    if (c == '"' || c == '\\')
        buf_format(out, "\\%c", c);
    else
        buf_format(out, "\\u%04x", (unsigned char)c);
}

void text_json(struct buf *out, const char *text)
{
    buf_char(out, '"');
    while (*text) {
        size_t run = 0;

        while (is_plain_in_json(text[run]))
            run++;
        run_in_json(out, text, run);
        text += run;
        if (*text)
            escape_in_json(out, *text++);
    }
    buf_char(out, '"');
}

void text_percent(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789-._~",
                   *text))
            buf_char(out, *text);
        else
            buf_format(out, "%%%02X", (unsigned char)*text);
    }
}

bool text_is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

int text_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_percent_decode(const char *text, size_t len, bool plus,
                         struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        int high, low;

        if (plus && text[i] == '+') {
            buf_char(out, ' ');
            continue;
        }
        if (text[i] != '%') {
            if (!text[i])
                return false;
            buf_char(out, text[i]);
            continue;
        }
        if (len - i < 3)
            return false;
        high = text_hex_value(text[i + 1]);
        low = text_hex_value(text[i + 2]);
        if (high < 0 || low < 0 || high * 16 + low == 0)
            return false;
        buf_char(out, (char)(high * 16 + low));
        i += 2;
    }
    return true;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/*
 * Levenshtein's distance: insertions, deletions, replacements. With cut, to the
 * nearest beginning of b instead of all of it.
 */
static size_t distance(const char *a, const char *b, bool cut)
{
    size_t row[LONGEST_WORD + 1];
    size_t b_len = strlen(b);
    size_t least;

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            size_t above = row[j + 1];

            row[j + 1] = smallest(above + 1, row[j] + 1,
                                  corner + (lower(a[i]) != lower(b[j])));
            corner = above;
        }
    }
    least = row[b_len];
    for (size_t j = 0; cut && j < b_len; j++)
        least = row[j] < least ? row[j] : least;
    return least;
}

/* "budget" is near "budget_per_minute", but "budget" itself would be nearer. */
static size_t how_far(const char *text, const char *word)
{
    size_t whole = distance(text, word, false);
    size_t begun = distance(text, word, true) + 1;

    return strlen(text) >= SHORTEST_BEGINNING && begun < whole ? begun : whole;
}

const char *text_nearest(const char *text, const char *const *words)
{
    const char *nearest = NULL;
    size_t least = strlen(text) / 2 + 1;

    if (strlen(text) > LONGEST_WORD)
        return NULL;
    for (; *words; words++) {
        size_t far;

        if (strlen(*words) > LONGEST_WORD)
            continue;
        far = how_far(text, *words);
        if (far < least) {
            least = far;
            nearest = *words;
        }
    }
    return nearest;
}

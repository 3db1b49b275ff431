/*
 * The head of a request, strictly. See http_parse.h.
 *
 * A first pass over each byte finds the line ends and refuses control
 * characters; a second one over each whole line reads what it says. So nothing
 * below the first pass can meet a CR, an LF or a NUL.
 */
#include "net/http_parse.h"

#include <stddef.h>
#include <string.h>

#include "base/banned.h"

#define VERSION_LEN      8 /* "HTTP/1.1" */
#define REQUEST_LINE_MAX (HTTP_METHOD_MAX + HTTP_TARGET_MAX + VERSION_LEN + 4)
#define HOST_MAX         255
#define LENGTH_DIGITS    19 /* more may not fit a number, nor any limit */

/* What a byte may be part of. */
#define TOKEN  1 /* method, field name */
#define TARGET 2 /* path or query, without '%' and '?' */
#define VALUE  4 /* field value, and everything the first pass lets through */
#define NAME   8 /* host name */
#define LETTER (TOKEN | TARGET | VALUE | NAME)
#define SUB    (TOKEN | TARGET | VALUE) /* ! $ & ' * + _ ~ and such */
#define OTHER  VALUE

/* clang-format off */
static const unsigned char classes[256] = {
    ['\t'] = VALUE, [' '] = OTHER,
    ['!'] = SUB,   ['"'] = OTHER, ['#'] = TOKEN | VALUE, ['$'] = SUB,
    ['%'] = TOKEN | VALUE, ['&'] = SUB, ['\''] = SUB, ['('] = TARGET | VALUE,
    [')'] = TARGET | VALUE, ['*'] = SUB, ['+'] = SUB, [','] = TARGET | VALUE,
    ['-'] = LETTER, ['.'] = LETTER, ['/'] = TARGET | VALUE,
    ['0' ... '9'] = LETTER,
    [':'] = TARGET | VALUE, [';'] = TARGET | VALUE, ['<'] = OTHER,
    ['='] = TARGET | VALUE, ['>'] = OTHER, ['?'] = OTHER,
    ['@'] = TARGET | VALUE,
    ['A' ... 'Z'] = LETTER,
    ['['] = OTHER, ['\\'] = OTHER, [']'] = OTHER, ['^'] = TOKEN | VALUE,
    ['_'] = LETTER, ['`'] = TOKEN | VALUE,
    ['a' ... 'z'] = LETTER,
    ['{'] = OTHER, ['|'] = TOKEN | VALUE, ['}'] = OTHER, ['~'] = SUB,
    [0x80 ... 0xff] = VALUE,
};
/* clang-format on */

static bool all_of(const char *text, size_t len, unsigned char class)
{
    for (size_t i = 0; i < len; i++)
        if (!(classes[(unsigned char)text[i]] & class))
            return false;
    return true;
}

bool http_is_token(const char *text, size_t len)
{
    return len && all_of(text, len, TOKEN);
}

bool http_is_value(const char *text, size_t len)
{
    return all_of(text, len, VALUE) && !memchr(text, '\t', len);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* word is in lower case. */
static bool equals(const char *text, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word[i])
            return false; /* also at the end of word */
    }
    return word[len] == '\0';
}

static bool bad(struct http_head *head, int status, const char *why)
{
    head->status = status;
    head->why = why;
    return false;
}

static struct http_span span(size_t at, size_t len)
{
    return (struct http_span){(uint32_t)at, (uint32_t)len};
}

static bool read_version(struct http_head *head, const char *text, size_t len)
{
    if (len == VERSION_LEN && memcmp(text, "HTTP/1.", 7) == 0 &&
        (text[7] == '0' || text[7] == '1')) {
        head->minor = text[7] == '1';
        return true;
    }
    if (len == VERSION_LEN && memcmp(text, "HTTP/", 5) == 0 &&
        is_digit(text[5]) && text[6] == '.' && is_digit(text[7]))
        return bad(head, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
    return bad(head, 400,
               "The request line must be: method, one space, "
               "target, one space, HTTP/1.1");
}

/* Path or query: RFC 3986's characters, and escapes that are whole. */
static bool is_target(const char *text, size_t len, bool query)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%') {
            if (len - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
                return false;
        } else if (!(classes[(unsigned char)text[i]] & TARGET) &&
                   !(query && text[i] == '?')) {
            return false;
        }
    }
    return true;
}

static bool read_target(struct http_head *head, const char *bytes, size_t at,
                        size_t len)
{
    const char *text = bytes + at;
    const char *mark = memchr(text, '?', len);
    size_t path_len = mark ? (size_t)(mark - text) : len;
    size_t query_len = mark ? len - path_len - 1 : 0;

    if (len > HTTP_TARGET_MAX)
        return bad(head, 414, "The path and query are too long");
    head->path = span(at, path_len);
    head->query = span(at + len - query_len, query_len);
    if (len == 1 && text[0] == '*' && head->method.len == 7 &&
        memcmp(bytes, "OPTIONS", 7) == 0)
        return true;
    if (path_len == 0 || text[0] != '/')
        return bad(head, 400, "The target must be a path that begins with /");
    if (!is_target(text, path_len, false) ||
        (mark && !is_target(mark + 1, query_len, true)))
        return bad(head, 400,
                   "The target has a character that must be percent-encoded");
    return true;
}

static bool read_request_line(struct http_head *head, const char *bytes,
                              size_t len)
{
    const char *target, *version;
    size_t method_len;

    target = memchr(bytes, ' ', len);
    version = target
                  ? memchr(target + 1, ' ', len - (size_t)(target + 1 - bytes))
                  : NULL;
    if (!version)
        return bad(head, 400,
                   "The request line must be: method, one space, "
                   "target, one space, HTTP/1.1");
    method_len = (size_t)(target - bytes);
    target++;
    if (!http_is_token(bytes, method_len))
        return bad(head, 400, "The method has a character that is not allowed");
    if (method_len > HTTP_METHOD_MAX)
        return bad(head, 501, "There is no such method");
    head->method = span(0, method_len);
    return read_version(head, version + 1,
                        len - (size_t)(version + 1 - bytes)) &&
           read_target(head, bytes, (size_t)(target - bytes),
                       (size_t)(version - target));
}

/* ":80" and nothing else, or nothing at all. */
static bool is_port(const char *text, size_t len)
{
    unsigned port = 0;

    if (len == 0)
        return true;
    if (text[0] != ':' || len < 2 || len > 6 || !all_digits(text + 1, len - 1))
        return false;
    for (size_t i = 1; i < len; i++)
        port = port * 10 + (unsigned)(text[i] - '0');
    return port <= UINT16_MAX;
}

static bool is_host(const char *text, size_t len)
{
    size_t name_len = 0;

    if (len == 0 || len > HOST_MAX)
        return false;
    if (text[0] != '[') {
        while (name_len < len && classes[(unsigned char)text[name_len]] & NAME)
            name_len++;
        return name_len && is_port(text + name_len, len - name_len);
    }
    for (name_len = 1; name_len < len && text[name_len] != ']'; name_len++)
        if (!is_hex(text[name_len]) && text[name_len] != ':' &&
            text[name_len] != '.')
            return false;
    return name_len > 2 && name_len < len &&
           is_port(text + name_len + 1, len - name_len - 1);
}

static bool read_host(struct http_head *head, const char *text, size_t len)
{
    if (head->hosts++)
        return bad(head, 400, "There must be one Host header, not several");
    if (!is_host(text, len))
        return bad(head, 400, "The Host header is not a host name");
    return true;
}

static bool read_length(struct http_head *head, const char *text, size_t len)
{
    uint64_t length = 0;

    if (head->has_length)
        return bad(head, 400, "There must be one Content-Length, not several");
    if (len == 0 || !all_digits(text, len))
        return bad(head, 400, "Content-Length must be digits only");
    for (size_t i = 0; i < len && len <= LENGTH_DIGITS; i++)
        length = length * 10 + (uint64_t)(text[i] - '0');
    head->content_length = len <= LENGTH_DIGITS ? length : UINT64_MAX;
    head->has_length = true;
    return true;
}

static bool read_encoding(struct http_head *head, const char *text, size_t len)
{
    if (head->transfer_encodings++)
        return bad(head, 400,
                   "There must be one Transfer-Encoding, not several");
    if (!equals(text, len, "chunked"))
        return bad(head, 501,
                   "The only Transfer-Encoding understood is chunked");
    head->chunked = true;
    return true;
}

static bool read_connection(struct http_head *head, const char *text,
                            size_t len)
{
    size_t end, word_len;

    for (size_t at = 0; at < len; at = end + 1) {
        const char *comma = memchr(text + at, ',', len - at);

        end = comma ? (size_t)(comma - text) : len;
        while (at < end && is_space(text[at]))
            at++;
        word_len = end - at;
        while (word_len && is_space(text[at + word_len - 1]))
            word_len--;
        head->close |= equals(text + at, word_len, "close");
        head->keep |= equals(text + at, word_len, "keep-alive");
    }
    return true;
}

static bool read_expect(struct http_head *head, const char *text, size_t len)
{
    if (!equals(text, len, "100-continue"))
        return bad(head, 417, "The only expectation met is 100-continue");
    head->expect_continue = head->minor > 0; /* 1.0 cannot mean it */
    return true;
}

/* The fields that say where a message ends; all others are the handler's. */
static bool read_meaning(struct http_head *head, const char *bytes,
                         const struct http_field *field)
{
    /* clang-format off */
    static const struct meaning {
        const char *name;
        size_t len;
        bool (*read)(struct http_head *head, const char *text, size_t len);
    } meanings[] = {
        { "host",              4,  read_host       },
        { "expect",            6,  read_expect     },
        { "connection",        10, read_connection },
        { "content-length",    14, read_length     },
        { "transfer-encoding", 17, read_encoding   },
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (field->name.len == meanings[i].len &&
            equals(bytes + field->name.at, field->name.len, meanings[i].name))
            return meanings[i].read(head, bytes + field->value.at,
                                    field->value.len);
    return true;
}

static bool read_field(struct http_head *head, const char *bytes, size_t at,
                       size_t len)
{
    const char *colon = memchr(bytes + at, ':', len);
    size_t end = at + len, value_at;
    struct http_field *field;

    if (is_space(bytes[at]))
        return bad(head, 400, "A header must not begin with white space");
    if (!colon)
        return bad(head, 400, "A header lacks its colon");
    if (!http_is_token(bytes + at, (size_t)(colon - bytes) - at))
        return bad(head, 400,
                   "A header's name has a character that is not allowed");
    if (head->field_count == HTTP_FIELDS_MAX)
        return bad(head, 431, "There are too many headers");
    value_at = (size_t)(colon - bytes) + 1;
    while (value_at < end && is_space(bytes[value_at]))
        value_at++;
    while (end > value_at && is_space(bytes[end - 1]))
        end--;
    field = &head->fields[head->field_count++];
    field->name = span(at, (size_t)(colon - bytes) - at);
    field->value = span(value_at, end - value_at);
    return read_meaning(head, bytes, field);
}

/* The blank line: what the fields say together. */
static bool conclude(struct http_head *head)
{
    if (head->minor > 0 && head->hosts == 0)
        return bad(head, 400, "The Host header is missing");
    if (head->chunked && head->has_length)
        return bad(head, 400,
                   "Content-Length and Transfer-Encoding exclude "
                   "each other");
    if (head->chunked && head->minor == 0)
        return bad(head, 400, "HTTP/1.0 has no Transfer-Encoding");
    head->keep_alive = !head->close && (head->minor > 0 || head->keep);
    head->len = head->scanned;
    return true;
}

/* A whole line, from line_at to the CR at scanned. */
static bool read_line(struct http_head *head, const char *bytes)
{
    size_t at = head->line_at, len = head->scanned - at;

    head->scanned += 2;
    head->line_at = head->scanned;
    if (at == 0)
        return read_request_line(head, bytes, len);
    if (len == 0)
        return conclude(head);
    return read_field(head, bytes, at, len);
}

void http_head_init(struct http_head *head, size_t max)
{
    memset(head, 0, offsetof(struct http_head, fields));
    head->max = max < UINT32_MAX ? max : UINT32_MAX;
}

/* Skips what needs no look; all that stops is a control or the end. */
static size_t skip_plain(const struct http_head *head, const char *bytes,
                         size_t end, bool *obs_text)
{
    size_t i = head->scanned;

    while (i < end && classes[(unsigned char)bytes[i]] & VALUE) {
        *obs_text |= (unsigned char)bytes[i] >= 0x80;
        i++;
    }
    return i;
}

static bool refuse_control(struct http_head *head, char c)
{
    if (c == '\r')
        return bad(head, 400,
                   "A carriage return must be followed by a line "
                   "feed");
    if (c == '\n')
        return bad(head, 400, "A line must end in carriage return, line feed");
    return bad(head, 400, "The head has a control character");
}

/* No line end in sight: wait for it, if there is room left for it. */
static enum http_parsed want_more(struct http_head *head, bool room)
{
    if (room)
        return HTTP_PARSED_MORE;
    if (head->line_at == 0)
        bad(head, 414, "The request line is too long");
    else
        bad(head, 431, "The headers are too large");
    return HTTP_PARSED_BAD;
}

enum http_parsed http_parse_head(struct http_head *head, const char *bytes,
                                 size_t len)
{
    while (head->len == 0) {
        size_t max = head->line_at == 0 && head->max > REQUEST_LINE_MAX
                         ? REQUEST_LINE_MAX
                         : head->max;
        size_t end = len < max ? len : max;
        bool cr;

        head->scanned = skip_plain(head, bytes, end, &head->obs_text);
        cr = head->scanned < end && bytes[head->scanned] == '\r';
        if (head->scanned + cr == end)
            return want_more(head, len < max);
        if (!cr || bytes[head->scanned + 1] != '\n') {
            refuse_control(head, bytes[head->scanned]);
            return HTTP_PARSED_BAD;
        }
        if (!read_line(head, bytes))
            return HTTP_PARSED_BAD;
    }
    return HTTP_PARSED_ALL;
}

/* Dates of the search language. See search_time.h. */
#include "chat/search_time.h"

#include <string.h>
#include <time.h>

#include "base/banned.h"

/* The digits left to read. */
struct reader {
    const char *at, *end;
};

static bool read_char(struct reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool read_digits(struct reader *reader, unsigned count, int *number)
{
    *number = 0;
    for (; count; count--, reader->at++) {
        if (reader->at == reader->end || *reader->at < '0' || *reader->at > '9')
            return false;
        *number = *number * 10 + (*reader->at - '0');
    }
    return true;
}

static bool read_date(struct reader *reader, struct tm *parts)
{
    if (!read_digits(reader, 4, &parts->tm_year) || !read_char(reader, '-') ||
        !read_digits(reader, 2, &parts->tm_mon) || !read_char(reader, '-') ||
        !read_digits(reader, 2, &parts->tm_mday))
        return false;
    parts->tm_year -= 1900;
    parts->tm_mon--;
    return true;
}

/* The rest of a time of day, and how many ms it covers. */
static bool read_time(struct reader *reader, struct tm *parts,
                      int64_t *fraction, int64_t *covers)
{
    int scale = 100;

    if (!read_digits(reader, 2, &parts->tm_hour) || !read_char(reader, ':') ||
        !read_digits(reader, 2, &parts->tm_min))
        return false;
    *covers = 60000;
    if (!read_char(reader, ':'))
        return true;
    if (!read_digits(reader, 2, &parts->tm_sec))
        return false;
    *covers = 1000;
    if (!read_char(reader, '.'))
        return true;
    for (int digit; scale && read_digits(reader, 1, &digit); scale /= 10)
        *fraction += digit * scale;
    *covers = scale ? scale * 10 : 1;
    while (reader->at != reader->end && *reader->at >= '0' &&
           *reader->at <= '9')
        reader->at++;
    return *covers < 1000;
}

/* How UTC is said; nothing means it, too. */
static bool read_zone(struct reader *reader)
{
    static const char zero[] = "+00:00";
    size_t left = (size_t)(reader->end - reader->at);

    if (left == strlen(zero) && memcmp(reader->at, zero, left) == 0)
        reader->at += left;
    else
        (void)read_char(reader, 'Z');
    return reader->at == reader->end;
}

/* timegm() carries 30 February over into March: then something changed. */
static bool to_ms(const struct tm *parts, int64_t *ms)
{
    struct tm carried = *parts;
    time_t seconds = timegm(&carried);

    *ms = (int64_t)seconds * 1000;
    return carried.tm_mon == parts->tm_mon &&
           carried.tm_mday == parts->tm_mday &&
           carried.tm_hour == parts->tm_hour &&
           carried.tm_min == parts->tm_min && carried.tm_sec == parts->tm_sec;
}

bool search_time_parse(const char *text, size_t len, int64_t *first,
                       int64_t *last)
{
    struct reader reader = {text, text + len};
    struct tm parts = {0};
    int64_t start, fraction = 0, covers = INT64_C(86400000);

    if (!read_date(&reader, &parts))
        return false;
    if (read_char(&reader, 'T') &&
        !read_time(&reader, &parts, &fraction, &covers))
        return false;
    if (covers < INT64_C(86400000) && !read_zone(&reader))
        return false;
    if (reader.at != reader.end || !to_ms(&parts, &start))
        return false;
    *first = start + fraction;
    *last = *first + covers - 1;
    return true;
}

/*
 * Words are runs of letters, digits and everything beyond ASCII; what stands
 * between them does not count. See search_match.h.
 */
#include "chat/search_match.h"

#include <stddef.h>

#include "base/text.h"
#include "chat/search_fold.h"

#include "base/banned.h"

static bool in_word(char c)
{
    return ((unsigned char)c & 0x80) || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void search_words(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    bool space = false;
    char folded[2];

    while (text < end) {
        if (!in_word(*text)) {
            space = out->len > 0;
            text++;
            continue;
        }
        if (space)
            buf_char(out, ' ');
        space = false;
        len = search_fold(text, folded);
        buf_add(out, folded, len);
        text += len;
    }
}

/* Whether text, at the start of one of its words, goes on as words say. */
static bool goes_on(const char *text, const char *words)
{
    char folded[2];

    while (*words) {
        size_t len;

        if (*words != ' ') {
            len = search_fold(text, folded);
            if (folded[0] != words[0] || (len == 2 && folded[1] != words[1]))
                return false;
            text += len;
            words += len;
            continue;
        }
        if (in_word(*text))
            return false;
        while (*text && !in_word(*text))
            text++;
        words++;
    }
    return !in_word(*text);
}

static bool has_words(const char *text, const char *words)
{
    if (!text)
        return false;
    while (*text) {
        if (!in_word(*text)) {
            text++;
            continue;
        }
        if (goes_on(text, words))
            return true;
        while (in_word(*text))
            text++;
    }
    return false;
}

static bool one_has_words(const char *const *texts, const char *words)
{
    for (; texts && *texts; texts++)
        if (has_words(*texts, words))
            return true;
    return false;
}

static bool in_span(int64_t at, const struct search_term *term)
{
    return at != SEARCH_NEVER && at >= term->from && at <= term->to;
}

static bool present(const char *text)
{
    return text && *text;
}

static bool is_there(enum search_field field,
                     const struct search_subject *subject)
{
    switch (field) {
    case SEARCH_AGENT_NAMES:
        return subject->agent_names && subject->agent_names[0];
    case SEARCH_VISITOR_NAME:
        return present(subject->visitor_name);
    case SEARCH_VISITOR_EMAIL:
        return present(subject->visitor_email);
    case SEARCH_TIMESTAMP:
        return subject->at != SEARCH_NEVER;
    case SEARCH_END_TIMESTAMP:
        return subject->end_at != SEARCH_NEVER;
    case SEARCH_TYPE:
        return present(subject->type);
    case SEARCH_RATING:
        return present(subject->rating);
    case SEARCH_TEXT:
        break;
    }
    return true;
}

static bool equals(const char *text, const char *other)
{
    return text && text_equal_nocase(text, other);
}

static bool term_matches(const struct search_term *term,
                         const struct search_subject *subject)
{
    if (term->any)
        return is_there(term->field, subject);
    switch (term->field) {
    case SEARCH_AGENT_NAMES:
        return one_has_words(subject->agent_names, term->words);
    case SEARCH_VISITOR_NAME:
        return has_words(subject->visitor_name, term->words);
    case SEARCH_VISITOR_EMAIL:
        return equals(subject->visitor_email, term->words);
    case SEARCH_TIMESTAMP:
        return in_span(subject->at, term);
    case SEARCH_END_TIMESTAMP:
        return in_span(subject->end_at, term);
    case SEARCH_TYPE:
        return equals(subject->type, term->words);
    case SEARCH_RATING:
        return equals(subject->rating, term->words);
    case SEARCH_TEXT:
        break;
    }
    return one_has_words(subject->texts, term->words) ||
           has_words(subject->visitor_name, term->words) ||
           one_has_words(subject->agent_names, term->words);
}

bool search_matches(const struct search_query *query,
                    const struct search_subject *subject)
{
    for (size_t i = 0; i < query->count; i++)
        if (!term_matches(&query->terms[i], subject))
            return false;
    return true;
}

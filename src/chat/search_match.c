/*
 * Words are runs of letters, digits and everything beyond ASCII; what stands
 * between them does not count. See search_match.h.
 */
#include "chat/search_match.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "chat/search_fold.h"

#include "base/banned.h"

/* Bytes that were looked at in vain, beyond those that were passed: then the
 * text is not looked at from each of its words any more. */
#define PATIENCE 4096

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

/* How far text, at the start of one of its words, goes on as words say. */
static const char *follow(const char *text, const char **words)
{
    char folded[2];

    while (**words) {
        size_t len;

        if (**words != ' ') {
            len = search_fold(text, folded);
            if (folded[0] != **words || (len == 2 && folded[1] != (*words)[1]))
                return text;
            text += len;
            *words += len;
            continue;
        }
        if (in_word(*text))
            return text;
        while (*text && !in_word(*text))
            text++;
        ++*words;
    }
    return text;
}

/* The same as has_words(), in a time that grows with the text alone; usually
 * it takes longer. text: at the start of one of its words. */
static bool holds(const char *text, const char *words)
{
    struct buf all, part;
    bool found;

    buf_init(&all, strlen(text) + 2);
    buf_init(&part, strlen(words) + 2);
    buf_char(&all, ' ');
    search_words(&all, text, strlen(text));
    buf_char(&all, ' ');
    buf_char(&part, ' ');
    buf_text(&part, words);
    buf_char(&part, ' ');
    found = memmem(all.data, all.len, part.data, part.len) != NULL;
    buf_clear(&part);
    buf_clear(&all);
    return found;
}

static bool has_words(const char *text, const char *words)
{
    const char *start = text;
    size_t in_vain = 0;

    while (text && *text) {
        const char *rest = words, *end;

        if (!in_word(*text)) {
            text++;
            continue;
        }
        end = follow(text, &rest);
        if (!*rest && !in_word(*end))
            return true;
        in_vain += (size_t)(end - text);
        if (in_vain > PATIENCE + (size_t)(text - start))
            return holds(text, words);
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

/* The search language, as a query string brings it. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "chat/search_match.h"
#include "chat/search_query.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const texts[] = {"hello world", NULL};
    const struct search_subject subject = {
        .type = "offline_msg",
        .visitor_name = "Ada",
        .visitor_email = "ada@example.org",
        .texts = texts,
        .at = 1700000000000,
        .end_at = SEARCH_NEVER,
    };
    char *text = strndup((const char *)data, size);
    struct search_query query = {0};
    struct error err = {0};
    int64_t from, to;

    if (search_query_parse(text, &query, &err)) {
        search_query_span(&query, &from, &to);
        if (search_matches(&query, &subject) &&
            (subject.at < from || subject.at > to))
            abort(); /* outside the span nothing can match */
        search_query_clear(&query);
    }
    free(text);
    return 0;
}

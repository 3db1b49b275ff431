/* Requests and answers as values. See http_message.h. */
#include "base/http_message.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/text.h"

#include "base/banned.h"

#define LONGEST_RETRY_MS (INT64_C(86400) * 1000)

void http_headers_add(struct http_headers *headers, const char *name,
                      const char *value)
{
    struct http_header *header;

    headers->list =
        alloc_resize(headers->list, headers->count + 1, sizeof(*headers->list));
    header = &headers->list[headers->count++];
    header->name = alloc_text(name);
    header->value = alloc_text(value);
}

void http_headers_clear(struct http_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct http_header *header = &headers->list[i];

        crypto_wipe(header->value, strlen(header->value));
        free(header->name);
        free(header->value);
    }
    free(headers->list);
    headers->list = NULL;
    headers->count = 0;
}

const char *http_headers_find(const struct http_headers *headers,
                              const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (text_equal_nocase(headers->list[i].name, name))
            return headers->list[i].value;
    return NULL;
}

void http_request_clear(struct http_request *request)
{
    free(request->url);
    free(request->body);
    http_headers_clear(&request->headers);
    memset(request, 0, sizeof(*request));
}

void http_response_clear(struct http_response *response)
{
    free(response->body);
    http_headers_clear(&response->headers);
    memset(response, 0, sizeof(*response));
}

/* The three spellings of a date that RFC 9110 wants understood. */
static bool read_date(const char *text, int64_t *at)
{
    static const char *const formats[] = {
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct tm parts = {0};
        const char *rest = strptime(text, formats[i], &parts);

        if (!rest || *rest)
            continue;
        *at = (int64_t)timegm(&parts) * 1000;
        return true;
    }
    return false;
}

int64_t http_retry_after_ms(const struct http_headers *headers, int64_t now)
{
    const char *value = http_headers_find(headers, "Retry-After");
    int64_t number;
    int64_t wait;

    if (!value || !*value)
        return -1;
    if (strspn(value, "0123456789") == strlen(value))
        wait = text_int(value, 0, LONGEST_RETRY_MS / 1000, &number)
                   ? number * 1000
                   : LONGEST_RETRY_MS;
    else if (read_date(value, &number))
        wait = number - now;
    else
        return -1;
    if (wait < 0)
        wait = 0;
    return wait > LONGEST_RETRY_MS ? LONGEST_RETRY_MS : wait;
}

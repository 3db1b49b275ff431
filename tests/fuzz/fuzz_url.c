/* URLs, as strangers write them into a form's page and referrer. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct url url = {0};
    struct error err = {0};
    struct buf origin;

    buf_init(&origin, 4096);
    if (url_parse(text, &url, &err) && !url.host && url.port)
        abort(); /* a port of nowhere */
    url_clear(&url);
    if (url_origin(text, &origin) && strpbrk(buf_str(&origin), "\r\n @"))
        abort(); /* this goes into a header */
    buf_clear(&origin);
    free(text);
    return 0;
}

/* Answers of what calls itself Zendesk Chat. */
#include "fuzz.h"

#include <string.h>

#include "chat/chat_reader.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    char id[CHAT_ID_MAX + 1];
    struct chat_page page = {0};
    struct chat_rows rows = {0};
    struct chat_sent sent;

    if (chat_read_created(body, size, id) && strlen(id) == 0)
        __builtin_trap(); /* created, and has no id */
    if (chat_read_search(body, size, &page))
        chat_page_clear(&page);
    if (chat_read_docs(body, size, &rows))
        chat_rows_clear(&rows);
    if (chat_read_sent(body, size, &sent) &&
        strlen(sent.session_id) > CHAT_ID_MAX)
        __builtin_trap();
    return 0;
}

/* The body of Create Chat, as a server reads it; and as it is kept and shown.
 */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "chat/chat_draft.h"

#include "base/banned.h"

#define OUT_MAX ((size_t)64 * 1024 * 1024)

/* What was accepted is shown as JSON, or not at all. */
static void show(const struct chat_draft *draft)
{
    struct chat_document document = {
        .id = "2104.1.x", .message = draft->message, .ticket_id = 83};
    struct buf rest, out;
    json_t *root;

    buf_init(&rest, OUT_MAX);
    buf_init(&out, OUT_MAX);
    chat_draft_rest(draft, 0, &rest);
    document.rest = buf_str(&rest);
    document.rest_len = rest.len;
    chat_document_write(&document, &out);
    root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(root))
        __builtin_trap();
    json_decref(root);
    buf_clear(&rest);
    buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chat_complaints complaints;
    struct chat_draft draft;

    if (chat_draft_read((const char *)data, size, &draft, &complaints)) {
        show(&draft);
        chat_draft_clear(&draft);
    } else if (complaints.count == 0 && !complaints.json[0]) {
        __builtin_trap(); /* refused, and nothing said */
    }
    return 0;
}

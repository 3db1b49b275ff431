/* Complaints about a body. See chat_complaints.h. */
#include "chat/chat_complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "chat/chat_json.h"

#include "base/banned.h"

/* Far more than a chat that is created or changed has; however large a body the
 * settings let in, it needs no more memory than these. */
#define VALUES_MAX 20000

/* As much of text as fits, cut between characters. */
static void copy_start(const char *text, char *out, size_t size)
{
    size_t len = text_cut(text, strlen(text), size - 1);

    memcpy(out, text, len);
    out[len] = '\0';
}

void chat_complain(struct chat_complaints *complaints, const char *member,
                   const char *code, const char *format, ...)
{
    struct chat_complaint *complaint = &complaints->list[complaints->count];
    va_list list;

    if (complaints->count == CHAT_COMPLAINTS_MAX)
        return;
    complaints->count++;
    complaint->code = code;
    copy_start(member, complaint->member, sizeof(complaint->member));
    va_start(list, format);
    vsnprintf(complaint->detail, sizeof(complaint->detail), format, list);
    va_end(list);
}

json_t *chat_complaints_parse(const char *body, size_t len,
                              struct chat_complaints *complaints)
{
    json_error_t error = {0};
    json_t *root = NULL;

    complaints->count = 0;
    complaints->json[0] = '\0';
    if (!chat_json_bearable(body, len, VALUES_MAX)) {
        snprintf(complaints->json, sizeof(complaints->json),
                 "more than %d values are too many for one chat", VALUES_MAX);
        return NULL;
    }
    root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(root))
        return root;
    if (root)
        snprintf(complaints->json, sizeof(complaints->json),
                 "a JSON object is expected");
    else if (json_error_code(&error) == json_error_null_character)
        snprintf(complaints->json, sizeof(complaints->json),
                 "line %d, column %d: no text may have \\u0000 in it",
                 error.line, error.column);
    else
        snprintf(complaints->json, sizeof(complaints->json),
                 "line %d, column %d: %.100s", error.line, error.column,
                 error.text);
    json_decref(root);
    return NULL;
}

/* Rows of items. See rows.h. */
#include "queue/rows.h"

#include "base/alloc.h"
#include "queue/item.h"

#include "base/banned.h"

void rows_ask(struct queue *queue, const struct rows *rows, redis_done *done,
              void *context)
{
    struct command command;

    command_function(&command, "ah3_find");
    for (size_t i = 0; i < rows->count; i++)
        command_key(&command, rows->destination, "item:", rows->ids[i]);
    for (size_t i = 0; i < rows->count && rows->with_message; i++)
        command_key(&command, rows->destination, "body:", rows->ids[i]);
    command_int(&command, (int64_t)rows->count);
    call_start(queue, &command, (struct call_plan){0, true}, done, context);
}

bool rows_read(const char *id, const struct redis_reply *row,
               struct submission *submission)
{
    const struct redis_reply *body = redis_at(row, 1);
    const char *text = redis_text(body);

    if (!item_read(id, redis_at(row, 0), submission))
        return false;
    if (text)
        submission->message = alloc_text_n(text, redis_text_len(body));
    return true;
}

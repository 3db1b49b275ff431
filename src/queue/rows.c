/* Rows of items. See rows.h. */
#include "queue/rows.h"

#include "base/alloc.h"
#include "queue/item.h"

#include "base/banned.h"

void rows_ask(struct queue *queue, const char *destination,
              char (*ids)[ID_SIZE], size_t count, bool with_message,
              redis_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah1_find");
    for (size_t i = 0; i < count; i++)
        command_key(&command, destination, "item:", ids[i]);
    for (size_t i = 0; i < count && with_message; i++)
        command_key(&command, destination, "body:", ids[i]);
    command_int(&command, (int64_t)count);
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

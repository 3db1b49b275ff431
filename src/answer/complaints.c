/* Complaints about fields. See complaints.h. */
#include "answer/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

#include "base/banned.h"

#define DETAIL_SIZE 400

void complaints_add(struct complaints *complaints, const char *field,
                    const char *code, const char *detail, ...)
{
    char text[DETAIL_SIZE];
    va_list list;

    if (complaints->count == COMPLAINTS_MAX)
        return;
    va_start(list, detail);
    vsnprintf(text, sizeof(text), detail, list);
    va_end(list);
    complaints->list[complaints->count++] =
        (struct problem_field){field, code, alloc_text(text)};
}

void complaints_clear(struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++)
        free((void *)(size_t)complaints->list[i].detail);
    complaints->count = 0;
}

void complaints_text(const struct complaints *complaints, struct buf *out)
{
    for (size_t i = 0; i < complaints->count; i++)
        buf_format(out, "%s%s: %s", i ? " " : "", complaints->list[i].field,
                   complaints->list[i].detail);
}

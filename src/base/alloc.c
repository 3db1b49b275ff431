/* Memory that is there, or the end of the process. See alloc.h. */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

static void *existing(void *memory)
{
    static const char line[] =
        "afterhours: out of memory; leases return what was in hand\n";

    if (memory)
        return memory;
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
        _exit(ALLOC_EXIT);
    _exit(ALLOC_EXIT);
}

void *alloc_zero(size_t count, size_t size)
{
    return existing(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_resize(void *memory, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return existing(NULL);
    if (!count || !size)
        count = size = 1;
    return existing(realloc(memory, count * size));
}

void *alloc_bytes(size_t size)
{
    return existing(malloc(size ? size : 1));
}

void *alloc_bytes_again(void *memory, size_t size)
{
    return alloc_resize(memory, size, 1);
}

char *alloc_text_n(const char *text, size_t len)
{
    char *copy = alloc_zero(len + 1, 1);

    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *alloc_text(const char *text)
{
    return text ? alloc_text_n(text, strlen(text)) : NULL;
}

char *alloc_format(const char *format, ...)
{
    char *text = NULL;
    va_list list;
    int len;

    va_start(list, format);
    len = vasprintf(&text, format, list);
    va_end(list);
    return existing(len < 0 ? NULL : text);
}

void alloc_replace(char **owner, const char *text)
{
    char *copy = alloc_text(text);

    free(*owner);
    *owner = copy;
}

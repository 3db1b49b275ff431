/* Filling in pages. See fill.h. */
#include "web/fill.h"

#include <assert.h>
#include <string.h>

#include "base/embedded.h"
#include "base/text.h"
#include "web/texts.h"

#include "base/banned.h"

#define KEY_SIZE 64
#define TEXT     "t:"

static void add_value(struct buf *out, const char *key, const char *language,
                      const struct fill *list)
{
    if (text_starts(key, TEXT)) {
        text_html(out, texts_find(language, key + strlen(TEXT)));
        return;
    }
    for (; list && list->name; list++) {
        if (strcmp(list->name, key) != 0 || !list->value)
            continue;
        if (list->html)
            buf_text(out, list->value);
        else
            text_html(out, list->value);
        return;
    }
}

void fill_text(struct buf *out, const char *template, const char *language,
               const struct fill *list)
{
    const char *start;

    while ((start = strstr(template, "{{"))) {
        const char *end = strstr(start, "}}");
        char key[KEY_SIZE];
        size_t len;

        assert(end);
        len = (size_t)(end - start) - 2;
        assert(len < sizeof(key));
        memcpy(key, start + 2, len);
        key[len] = '\0';
        buf_add(out, template, (size_t)(start - template));
        add_value(out, key, language, list);
        template = end + 2;
    }
    buf_text(out, template);
}

void fill_file(struct buf *out, const char *file, const char *language,
               const struct fill *list)
{
    const struct embedded *found = embedded_find(file);

    assert(found);
    fill_text(out, found->data, language, list);
}

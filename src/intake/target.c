/* Redirect targets. See target.h. */
#include "intake/target.h"

#include <string.h>

#include "base/text.h"
#include "guard/guard.h"
#include "net/url.h"

#include "base/banned.h"

#define TARGET_MAX 2048

/*
 * Browsers read '\' as '/', and skip tabs and line ends anywhere: "/\evil" and
 * "/<tab>/evil" would both leave the site.
 */
static bool plain(const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\\\"<>^`{|}", *c))
            return false;
    return strlen(text) <= TARGET_MAX;
}

static bool on_origin(const struct settings *settings,
                      const struct settings_form *form, const char *text)
{
    struct buf origin;
    struct url url = {0};
    bool ok;

    buf_init(&origin, TARGET_MAX);
    ok =
        url_parse(text, &url, NULL) && !url.user && !url.password &&
        (strcmp(url.scheme, "https") == 0 || strcmp(url.scheme, "http") == 0) &&
        url_origin(text, &origin) && buf_ok(&origin) &&
        guard_origin(settings, form, buf_str(&origin));
    url_clear(&url);
    buf_clear(&origin);
    return ok;
}

/* Written out, "//" included: "https:evil.example" is a URL to a browser. */
static bool is_url(const char *text)
{
    return text_starts(text, "https://") || text_starts(text, "http://");
}

bool target_allowed(const struct settings *settings,
                    const struct settings_form *form, const char *text)
{
    if (!plain(text))
        return false;
    if (text[0] == '/')
        return text[1] != '/';
    return is_url(text) && on_origin(settings, form, text);
}

static const char *first_exact_origin(const struct settings_form *form)
{
    for (size_t i = 0; i < form->origin_count; i++)
        if (!strchr(form->origins[i], '*'))
            return form->origins[i];
    return "";
}

void target_write(struct buf *out, const struct settings_form *form,
                  const char *origin, const char *text)
{
    if (text[0] == '/')
        buf_text(out, origin ? origin : first_exact_origin(form));
    buf_text(out, text);
}

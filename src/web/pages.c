/* The pages that hardly change. See web.h. */
#include "web/web.h"

#include <stdio.h>

#include "web/fill.h"
#include "web/texts.h"

#include "base/banned.h"

#define NUMBER_SIZE 16

const char *web_content_security_policy(void)
{
    return "default-src 'none'; script-src 'self'; style-src 'self'; "
           "connect-src 'self'; img-src 'self'; form-action 'self'; "
           "base-uri 'none'; frame-ancestors 'none'";
}

void web_error_page(struct buf *out, int status, const char *title,
                    const char *detail, const char *owner, const char *language)
{
    const char *spoken = texts_language(language);
    const char *heading = status == 404 ? "lost_heading" : "error_heading";
    const char *back = status == 404 ? "" : texts_find(spoken, "error_back");
    const struct fill list[] = {
        {"language", spoken, false},
        {"heading", texts_find(spoken, heading), false},
        {"title", title, false},
        {"detail", detail, false},
        {"back", back, false},
        {"owner", owner, false},
        {NULL, NULL, false},
    };

    fill_file(out, "error.html", spoken, list);
}

void web_problem_page(struct buf *out, const char *type, int status,
                      const char *title, const char *advice)
{
    char number[NUMBER_SIZE];
    const struct fill list[] = {
        {"type", type, false},   {"status", number, false},
        {"title", title, false}, {"advice", advice, false},
        {NULL, NULL, false},
    };

    snprintf(number, sizeof(number), "%d", status);
    fill_file(out, "problem.html", "en", list);
}

void web_demo_page(struct buf *out, const char *form)
{
    const struct fill list[] = {
        {"form", form, false},
        {NULL, NULL, false},
    };

    fill_file(out, "demo.html", "en", list);
}

void web_home_page(struct buf *out)
{
    fill_file(out, "home.html", "en", NULL);
}

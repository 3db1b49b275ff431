/*
 * The body of Create Chat. Written straight into the bounded buf rather than
 * through a tree: this runs once for every submission. See offline_message.h.
 */
#include "chat/offline_message.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#include "base/banned.h"

static const char *present(const char *text)
{
    return text ? text : "";
}

static bool given(const char *text)
{
    return text && *text;
}

static void add_member(struct buf *out, const char *name, const char *text)
{
    buf_format(out, "\"%s\":", name);
    text_json(out, present(text));
}

static void add_visitor(struct buf *out, const struct offline_message *message)
{
    buf_text(out, "{\"visitor\":{");
    add_member(out, "id", message->visitor_id);
    buf_char(out, ',');
    add_member(out, "name", message->name);
    buf_char(out, ',');
    add_member(out, "email", message->email);
    buf_char(out, ',');
    add_member(out, "phone", message->phone);
    buf_char(out, ',');
    add_member(out, "notes", message->notes);
    buf_text(out, "},");
}

static void add_session(struct buf *out, const struct offline_message *message,
                        const char *instant)
{
    buf_text(out, "\"session\":{");
    add_member(out, "id", message->session_id);
    buf_format(out, ",\"start_date\":\"%s\",\"end_date\":\"%s\"", instant,
               instant);
    if (given(message->ip)) {
        buf_char(out, ',');
        add_member(out, "ip", message->ip);
    }
    if (given(message->user_agent)) {
        buf_char(out, ',');
        add_member(out, "user_agent", message->user_agent);
    }
    buf_text(out, "},");
}

static void add_webpath(struct buf *out, const struct offline_message *message,
                        const char *instant)
{
    if (!given(message->page) && !given(message->referrer))
        return;
    buf_text(out, ",\"webpath\":[{");
    add_member(out, "from", message->referrer);
    buf_format(out, ",\"timestamp\":\"%s\",\"title\":\"\",", instant);
    add_member(out, "to", message->page);
    buf_text(out, "}]");
}

static bool all_utf8(const struct offline_message *message)
{
    const char *const texts[] = {
        message->session_id, message->name,     message->email,
        message->phone,      message->notes,    message->visitor_id,
        message->message,    message->ip,       message->user_agent,
        message->page,       message->referrer,
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i] && !text_utf8_ok(texts[i], strlen(texts[i])))
            return false;
    return true;
}

bool offline_message_build(const struct offline_message *message,
                           struct buf *out)
{
    char instant[CLOCK_TEXT_SIZE];

    if (!all_utf8(message))
        return false;
    clock_format_seconds(message->at, instant);
    add_visitor(out, message);
    add_member(out, "message", message->message);
    buf_text(out, ",\"type\":\"offline_msg\",");
    add_session(out, message, instant);
    buf_format(out, "\"timestamp\":%" PRId64, message->at / 1000);
    add_webpath(out, message, instant);
    if (message->department_id > 0)
        buf_format(out, ",\"department_id\":%" PRId64, message->department_id);
    buf_char(out, '}');
    return buf_ok(out);
}

/* Problem documents. See problem.h. */
#include "net/problem.h"

#include "base/buf.h"
#include "base/text.h"
#include "net/http_server.h"

#include "base/banned.h"

#define PROBLEM_MAX 65536

static void add_member(struct buf *out, const char *name, const char *value)
{
    buf_format(out, "\"%s\":", name);
    text_json(out, value);
}

static void add_field(struct buf *out, const struct problem_field *field)
{
    buf_char(out, '{');
    add_member(out, "field", field->field);
    buf_char(out, ',');
    add_member(out, "code", field->code);
    buf_char(out, ',');
    add_member(out, "detail", field->detail);
    buf_char(out, '}');
}

static void write_type(struct buf *out, const struct problem *problem)
{
    struct buf path;

    buf_init(&path, PROBLEM_MAX);
    buf_format(&path, "/problems/%s", problem->type);
    add_member(out, "type", buf_str(&path));
    buf_clear(&path);
}

static void write_problem(struct buf *out, const struct problem *problem,
                          size_t field_count)
{
    buf_char(out, '{');
    write_type(out, problem);
    buf_char(out, ',');
    add_member(out, "title", problem->title);
    buf_format(out, ",\"status\":%d", problem->status);
    if (problem->detail) {
        buf_char(out, ',');
        add_member(out, "detail", problem->detail);
    }
    for (size_t i = 0; i < field_count; i++) {
        buf_text(out, i ? "," : ",\"errors\":[");
        add_field(out, &problem->fields[i]);
    }
    buf_text(out, field_count ? "]}" : "}");
}

void problem_reply(struct http_exchange *exchange,
                   const struct problem *problem)
{
    struct buf out;

    buf_init(&out, PROBLEM_MAX);
    write_problem(&out, problem, problem->fields ? problem->field_count : 0);
    if (!buf_ok(&out)) { /* more errors than fit: what is wrong in all */
        buf_reset(&out);
        write_problem(&out, problem, 0);
    }
    /* It may repeat what a stranger wrote, and is true of this moment only. */
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply(exchange, problem->status, "application/problem+json", out.data,
               out.len);
    buf_clear(&out);
}

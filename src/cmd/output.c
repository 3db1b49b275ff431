/* See output.h. */
#include "cmd/output.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols/libsmartcols.h>

#include "base/alloc.h"

#include "base/banned.h"

struct table {
    struct libscols_table *table;
    struct libscols_line *last;
    size_t columns;
};

/* clang-format off */
static const struct { const char *escape, *name; } paints[] = {
    [PAINT_NONE] = { "",         NULL },
    [PAINT_GOOD] = { "\033[32m", "green" },
    [PAINT_WARN] = { "\033[33m", "yellow" },
    [PAINT_BAD]  = { "\033[31m", "red" },
    [PAINT_DIM]  = { "\033[2m",  NULL },
};

static const enum paint state_paints[STATE_COUNT] = {
    [STATE_DELIVERING]  = PAINT_WARN,
    [STATE_LINKED]      = PAINT_GOOD,
    [STATE_UNLINKED]    = PAINT_WARN,
    [STATE_FAILED]      = PAINT_BAD,
    [STATE_QUARANTINED] = PAINT_WARN,
};
/* clang-format on */

bool output_colour(FILE *out)
{
    const char *unwanted = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    if (unwanted && *unwanted)
        return false;
    return isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0;
}

void output_painted(FILE *out, enum paint paint, const char *text)
{
    bool colour = paint != PAINT_NONE && output_colour(out);

    fprintf(out, "%s%s%s", colour ? paints[paint].escape : "", text,
            colour ? "\033[0m" : "");
}

enum paint output_paint(const struct submission *submission)
{
    enum state state = submission_state(submission);

    /* Of a news, what became of it; the message's state is another matter. */
    if (submission->kind == SUBMISSION_NEWS)
        state =
            submission->place == PLACE_DEAD ? STATE_FAILED : STATE_DELIVERED;
    return state_paints[state];
}

static void print_json(json_t *value, size_t flags)
{
    json_dumpf(value, stdout, flags);
    putchar('\n');
    json_decref(value);
}

void output_json(json_t *value)
{
    print_json(value, JSON_INDENT(2));
}

void output_json_line(json_t *value)
{
    print_json(value, JSON_COMPACT);
}

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *table = NEW(struct table);

    setlocale(LC_CTYPE, ""); /* how wide a character is */
    table->table = scols_new_table();
    if (!table->table)
        abort();
    table->columns = count;
    scols_table_enable_colors(table->table, output_colour(stdout));
    for (size_t i = 0; i < count; i++)
        if (!scols_table_new_column(table->table, columns[i].name, 0,
                                    (columns[i].right ? SCOLS_FL_RIGHT : 0) |
                                        (columns[i].cut && isatty(STDOUT_FILENO)
                                             ? SCOLS_FL_TRUNC
                                             : 0)))
            abort();
    return table;
}

void table_row(struct table *table, const char *const *cells)
{
    table->last = scols_table_new_line(table->table, NULL);
    if (!table->last)
        abort();
    for (size_t i = 0; i < table->columns; i++)
        if (scols_line_set_data(table->last, i, cells[i]) != 0)
            abort();
}

void table_paint(struct table *table, size_t column, enum paint paint)
{
    if (paints[paint].name)
        scols_cell_set_color(scols_line_get_cell(table->last, column),
                             paints[paint].name);
}

void table_print(struct table *table)
{
    scols_print_table(table->table);
    table_free(table);
}

void table_free(struct table *table)
{
    scols_unref_table(table->table);
    free(table);
}

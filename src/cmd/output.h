/* How commands print: tables, colours on a terminal, JSON. */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "submission/submission.h"

/* A terminal that wants colours: NO_COLOR is not set, TERM is not dumb. */
bool output_colour(FILE *out);

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_WARN, PAINT_BAD, PAINT_DIM };

/* Text in a colour if out has colours. */
void output_painted(FILE *out, enum paint paint, const char *text);

/* Of a message: that of its state. Of a news: of what became of the callback.
 */
enum paint output_paint(const struct submission *submission);

/* With two spaces of indent, and a line end. Takes the value. */
void output_json(json_t *value);
/* On one line. Takes the value. */
void output_json_line(json_t *value);

/* A table, column by column. Cells are copied. */
struct table;
struct table_column {
    const char *name;
    bool right; /* numbers */
    bool cut;   /* may be cut to fit the terminal */
};
struct table *table_new(const struct table_column *columns, size_t count);
void table_row(struct table *table, const char *const *cells);
/* Colours a cell of the row added last. */
void table_paint(struct table *table, size_t column, enum paint paint);
/* Prints it to standard output and frees it. */
void table_print(struct table *table);
void table_free(struct table *table); /* not printed */

#endif

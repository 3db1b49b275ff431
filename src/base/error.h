/*
 * Why something could not be done: that *we* could not work. What the other
 * side did is an outcome (submission/outcome.h), never an error.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "base/attributes.h"

/* Decides the exit code of a command and the status of an answer. */
enum error_kind {
    ERROR_NONE,
    ERROR_FAILED,      /* exit 1 */
    ERROR_USAGE,       /* exit 2: called wrongly */
    ERROR_INPUT,       /* exit 1: what was given cannot be used */
    ERROR_UNAVAILABLE, /* exit 69: something we depend on is away */
    ERROR_LATER,       /* exit 75: not now, try again */
    ERROR_CONFIG,      /* exit 78: settings */
};

#define ERROR_TEXT_SIZE 1024

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_SIZE]; /* one line, no final full stop needed */
};

/*
 * Both return false, so that a function can say `return error_set(...)`. A NULL
 * err is accepted, and so are arguments that lie in err. error_prefix() puts
 * "where: " before what is there.
 */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    like_printf(3, 4);
bool error_prefix(struct error *err, const char *format, ...) like_printf(2, 3);
void error_clear(struct error *err);

int error_exit_code(const struct error *err);

#endif

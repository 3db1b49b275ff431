/* What others have written, made fit for a line on a terminal. */
#ifndef CMD_CHATS_TEXT_H
#define CMD_CHATS_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends text as one line: control characters (of which some begin a command
 * to the terminal) and line ends become a space, runs of spaces one; what is
 * longer than most characters is cut and ends in "...".
 */
void chats_line(struct buf *out, const char *text, size_t most);

/* Appends text as one word of the shell: 'it'\''s'. */
void chats_quote(struct buf *out, const char *text);

#endif

/* Letters without their case, for the search: ä and Ä are one. */
#ifndef CHAT_SEARCH_FOLD_H
#define CHAT_SEARCH_FOLD_H

#include <stddef.h>

/*
 * The first of text's characters as a small letter, where that is as long: the
 * alphabets of Europe. Returns how many bytes of text it stands for, which is
 * how many there are in folded. Of longer characters, each byte is its own.
 */
size_t search_fold(const char *text, char folded[2]);

#endif

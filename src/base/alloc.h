/*
 * Memory. When there is none the process ends with one line: leases bring its
 * work back, so nobody else tests for NULL.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* The exit code then (EX_OSERR): whoever supervises it may start it again. */
#define ALLOC_EXIT 71

/* All of these return memory the caller owns and gives to free(). */
void *alloc_zero(size_t count, size_t size);
void *alloc_resize(void *memory, size_t count, size_t size);
void *alloc_bytes(size_t size); /* whatever is in them */
void *alloc_bytes_again(void *memory, size_t size);
char *alloc_text(const char *text); /* a copy; NULL for NULL */
char *alloc_text_n(const char *text, size_t len);
char *alloc_format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Frees what *owner points at and puts a copy of text there (or NULL). */
void alloc_replace(char **owner, const char *text);

#define NEW(type)              ((type *)alloc_zero(1, sizeof(type)))
#define NEW_ARRAY(count, type) ((type *)alloc_zero((count), sizeof(type)))

#endif

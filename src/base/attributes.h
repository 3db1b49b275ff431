/* Marks for declarations that the compiler checks. */
#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

/* The result says whether it worked; not looking at it is a mistake. */
#define must_check __attribute__((warn_unused_result))

/* Arguments are those of printf(): format is the number of the format. */
#define like_printf(text, first)                                               \
    __attribute__((__format__(__printf__, text, first)))

#endif

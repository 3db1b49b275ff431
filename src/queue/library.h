/* The Functions library: its text, and the digest it is known by. */
#ifndef QUEUE_LIBRARY_H
#define QUEUE_LIBRARY_H

#include "base/buf.h"
#include "base/crypto.h"

/* The version of the functions. Every name has it: afterhours_3, ah3_accept. */
#define LIBRARY_NUMBER    3
#define LIBRARY_PREFIX    "afterhours_"
#define LIBRARY_NAME_SIZE 40

/*
 * What processes of this number leave in Redis can be read by those of that
 * number, and of later ones. See "Changing the functions" in README.md.
 */
#define LIBRARY_NEEDS 2

/* As FUNCTION LOAD wants it. */
void library_text(struct buf *out);

/* What ah3_version answers when exactly this text is loaded. */
void library_digest(char digest[CRYPTO_HEX_SIZE]);

#endif

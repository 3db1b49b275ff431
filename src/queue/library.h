/* The Functions library: its text, and the digest it is known by. */
#ifndef QUEUE_LIBRARY_H
#define QUEUE_LIBRARY_H

#include "base/buf.h"
#include "base/crypto.h"

/* As FUNCTION LOAD wants it. */
void library_text(struct buf *out);

/* What ah3_version answers when exactly this text is loaded. */
void library_digest(char digest[CRYPTO_HEX_SIZE]);

#endif

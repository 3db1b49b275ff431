/* What is wrong with a body somebody sent: member by member, and what to send
 * instead. */
#ifndef CHAT_CHAT_COMPLAINTS_H
#define CHAT_CHAT_COMPLAINTS_H

#include <stddef.h>

#include "base/attributes.h"

struct json_t; /* jansson's */

/* One member that was wrong. */
#define CHAT_MEMBER_SIZE 64
#define CHAT_DETAIL_SIZE 160
struct chat_complaint {
    char member[CHAT_MEMBER_SIZE]; /* "session"; UTF-8, cut when longer */
    const char *code;              /* one of those below; static text */
    char detail[CHAT_DETAIL_SIZE]; /* a sentence that says what to send */
};

#define COMPLAINT_BLANK     "BlankValue"    /* it must be there and is not */
#define COMPLAINT_INVALID   "InvalidValue"  /* it cannot be this */
#define COMPLAINT_UNKNOWN   "UnknownMember" /* no chat has such a member */
#define COMPLAINT_READ_ONLY "ReadOnly"      /* it is not set by this call */

#define CHAT_COMPLAINTS_MAX 8
struct chat_complaints {
    struct chat_complaint list[CHAT_COMPLAINTS_MAX];
    size_t count;   /* 0 when it is no JSON object with members at all */
    char json[160]; /* then: why */
};

/* Those beyond CHAT_COMPLAINTS_MAX are left out. member is copied. */
void chat_complain(struct chat_complaints *complaints, const char *member,
                   const char *code, const char *format, ...) like_printf(4, 5);

/*
 * The JSON object that body is; owned by the caller. NULL: it is none, and
 * complaints->json says why. No complaints are left in either case.
 */
must_check struct json_t *
chat_complaints_parse(const char *body, size_t len,
                      struct chat_complaints *complaints);

#endif

/*
 * The parameters of a query. The first of a name counts; names that nobody
 * asks for are passed over. Private to chat_api/.
 */
#ifndef CHAT_API_PARAM_H
#define CHAT_API_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "chat_api/call.h"

bool param_given(const struct http_exchange *exchange, const char *name);

/* False: it is no good, and the call was answered 400. */

/* *value is owned; NULL when the parameter is absent. max: bytes. */
must_check bool param_text(struct call *call, const char *name, size_t max,
                           char **value);
/* *number stays what it is when the parameter is absent. */
must_check bool param_number(struct call *call, const char *name, int64_t min,
                             int64_t max, int64_t *number);

/* Answers 400: "name: what", with what as printf wants it. */
void param_refuse(struct call *call, const char *name, const char *format, ...)
    like_printf(3, 4);

#endif

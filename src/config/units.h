/* Numbers with units, to and from text. */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"

/* "4096", "64KiB", "1MiB", "2GiB", also "64k" and "1M", all by 1024. */
must_check bool units_parse_size(const char *text, int64_t *bytes);

/* In the largest unit that needs no fraction: "90s", "64KiB", "7". */
void units_format_duration(int64_t ms, struct buf *out);
void units_format_size(int64_t bytes, struct buf *out);
void units_format_number(int64_t number, struct buf *out);

#endif

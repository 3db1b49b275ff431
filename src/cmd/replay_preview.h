/* What a replay would do, for a person to read. */
#ifndef CMD_REPLAY_PREVIEW_H
#define CMD_REPLAY_PREVIEW_H

#include "config/settings.h"
#include "describe/preview.h"

void replay_preview_print(const struct preview *preview,
                          const struct settings *settings, unsigned rate);

/* "about 40 s", "about 12 min", "about 3 h 20 min". */
#define REPLAY_SPAN_SIZE 48
void replay_span(int64_t seconds, char text[REPLAY_SPAN_SIZE]);

#endif

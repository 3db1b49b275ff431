/* The time in base 62 and some chance. See ids.h. */
#include "sandbox/ids.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/banned.h"

void ids_init(struct ids *ids, uint64_t seed)
{
    chance_init(&ids->chance, seed, 1);
    ids->agent = (unsigned)(10000000 + chance_next(&ids->chance) % 90000000);
    ids->digits = false;
}

static void base62(char *text, size_t len, uint64_t number)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz";

    while (len--) {
        text[len] = digits[number % 62];
        number /= 62;
    }
}

/* Like 2104.10414779.SW4WsbJTqVJsF: the last part begins with the time in ms
 * and ends by chance. A number stays below 2^53, so that every JSON reader
 * keeps all of it. */
void ids_make(struct ids *ids, int64_t at, char id[CHAT_ID_MAX + 1])
{
    uint64_t drawn = chance_next(&ids->chance);
    char last[14] = {0};

    if (ids->digits) {
        snprintf(id, CHAT_ID_MAX + 1, "%" PRIu64,
                 (uint64_t)at * 1000 + drawn % 1000);
        return;
    }
    base62(last, 7, (uint64_t)at);
    base62(last + 7, 6, drawn);
    snprintf(id, CHAT_ID_MAX + 1, "2104.%u.%s", ids->agent, last);
}

/* Letters without their case. See search_fold.h. */
#include "chat/search_fold.h"

#include "base/banned.h"

/*
 * From first to last, each step-th is a capital whose small letter stands so
 * many further on. In the order of their codes.
 */
/* clang-format off */
static const struct capitals { int first, last, step, distance; } alphabets[] = {
    { 0x0C0, 0x0D6, 1, 32   }, /* Latin, west */
    { 0x0D8, 0x0DE, 1, 32   },
    { 0x100, 0x12E, 2, 1    }, /* Latin, east */
    { 0x132, 0x136, 2, 1    },
    { 0x139, 0x147, 2, 1    },
    { 0x14A, 0x176, 2, 1    },
    { 0x178, 0x178, 1, -121 },
    { 0x179, 0x17D, 2, 1    },
    { 0x218, 0x21A, 2, 1    },
    { 0x386, 0x386, 1, 38   }, /* Greek */
    { 0x388, 0x38A, 1, 37   },
    { 0x38C, 0x38C, 1, 64   },
    { 0x38E, 0x38F, 1, 63   },
    { 0x391, 0x3A1, 1, 32   },
    { 0x3A3, 0x3AB, 1, 32   },
    { 0x3C2, 0x3C2, 1, 1    }, /* the sigma that ends a word */
    { 0x400, 0x40F, 1, 80   }, /* Cyrillic */
    { 0x410, 0x42F, 1, 32   },
    { 0x460, 0x480, 2, 1    },
    { 0x48A, 0x4BE, 2, 1    },
    { 0x4D0, 0x52E, 2, 1    },
    { 0x531, 0x556, 1, 48   }, /* Armenian */
};
/* clang-format on */

#define ALPHABETS (sizeof(alphabets) / sizeof(alphabets[0]))

static int small(int code)
{
    for (size_t i = 0; i < ALPHABETS && code >= alphabets[i].first; i++)
        if (code <= alphabets[i].last &&
            (code - alphabets[i].first) % alphabets[i].step == 0)
            return code + alphabets[i].distance;
    return code;
}

size_t search_fold(const char *text, char folded[2])
{
    int lead = (unsigned char)text[0], code;

    if (lead < 0xC3 || lead > 0xDF || ((unsigned char)text[1] & 0xC0) != 0x80) {
        folded[0] = (char)(lead >= 'A' && lead <= 'Z' ? lead + 32 : lead);
        return 1;
    }
    code = small((lead & 0x1F) << 6 | ((unsigned char)text[1] & 0x3F));
    folded[0] = (char)(0xC0 | code >> 6);
    folded[1] = (char)(0x80 | (code & 0x3F));
    return 2;
}

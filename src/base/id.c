/* Ids. See id.h. */
#include "base/id.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

#include "base/banned.h"

#define NUMBER_MAX 10 /* digits of a news's number */

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool id_name_ok(const char *name)
{
    size_t len = strlen(name);

    if (len < 1 || len > ID_NAME_MAX || name[0] == '-' || name[0] == '_')
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

void id_make(char id[ID_SIZE], const char *destination, int64_t now)
{
    unsigned char random[16];
    char ulid[ID_ULID_LEN + 1];

    crypto_random(random, sizeof(random));
    for (int i = 9; i >= 0; i--, now >>= 5)
        ulid[i] = digits[now & 31];
    for (int i = 0; i < 16; i++)
        ulid[10 + i] = digits[random[i] & 31];
    ulid[ID_ULID_LEN] = '\0';
    snprintf(id, ID_SIZE, "%.*s-%s", ID_NAME_MAX, destination, ulid);
}

/* ".number", as a news has it behind its submission's id. */
static bool is_number(const char *text)
{
    size_t len = text[0] == '.' ? strspn(text + 1, "0123456789") : 0;

    return len >= 1 && len <= NUMBER_MAX && text[1 + len] == '\0';
}

static bool name_ok(const char *name, size_t len)
{
    char text[ID_NAME_MAX + 1];

    if (len > ID_NAME_MAX)
        return false;
    memcpy(text, name, len);
    text[len] = '\0';
    return id_name_ok(text);
}

/* Where the ULID starts, or NULL. */
static const char *find_ulid(const char *id, bool news_too)
{
    const char *dash = strrchr(id, '-');
    size_t len;

    if (!dash || !name_ok(id, (size_t)(dash - id)))
        return NULL;
    len = strspn(dash + 1, digits);
    if (len != ID_ULID_LEN || dash[1] > '7') /* 48 bits of time */
        return NULL;
    if (dash[1 + len] && !(news_too && is_number(dash + 1 + len)))
        return NULL;
    return dash + 1;
}

bool id_ok(const char *text)
{
    return find_ulid(text, false) != NULL;
}

bool id_destination(const char *id, char name[ID_NAME_MAX + 1])
{
    const char *ulid = find_ulid(id, true);

    if (!ulid)
        return false;
    snprintf(name, ID_NAME_MAX + 1, "%.*s", (int)(ulid - 1 - id), id);
    return true;
}

bool id_made_at(const char *id, int64_t *at)
{
    const char *ulid = find_ulid(id, true);
    int64_t made = 0;

    if (!ulid)
        return false;
    for (int i = 0; i < 10; i++)
        made = made << 5 | (strchr(digits, ulid[i]) - digits);
    *at = made;
    return true;
}

/* Ids. See id.h. */
#include "base/id.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"

#include "base/banned.h"

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

/* Where the ULID starts, or NULL. A news has ".number" behind it. */
static const char *find_ulid(const char *id, bool news_too)
{
    const char *dash = strrchr(id, '-');
    size_t len;

    if (!dash || dash == id || (size_t)(dash - id) > ID_NAME_MAX)
        return NULL;
    len = strspn(dash + 1, digits);
    if (len != ID_ULID_LEN)
        return NULL;
    if (dash[1 + len] != '\0' && !(news_too && dash[1 + len] == '.'))
        return NULL;
    return dash + 1;
}

bool id_ok(const char *text)
{
    return strlen(text) < ID_SIZE && find_ulid(text, false) != NULL;
}

bool id_destination(const char *id, char name[ID_NAME_MAX + 1])
{
    const char *ulid = find_ulid(id, true);
    char found[ID_NAME_MAX + 1];

    if (!ulid)
        return false;
    snprintf(found, sizeof(found), "%.*s", (int)(ulid - 1 - id), id);
    if (!id_name_ok(found))
        return false;
    memcpy(name, found, sizeof(found));
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

/* Addresses of people. See email.h. */
#include "base/email.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <idn2.h>

#include "base/text.h"

#include "base/banned.h"

#define LOCAL_MAX  64
#define DOMAIN_MAX 253
#define LABEL_MAX  63

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char atoms[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "!#$%&'*+-/=?^_`{|}~.";

static bool refuse(const char **why, const char *text)
{
    *why = text;
    return false;
}

/* Quoted local parts ("a b"@example.com) are legal, unused, and trouble. */
static bool check_local(const char *local, size_t len, const char **why)
{
    if (!len || len > LOCAL_MAX)
        return refuse(why, "The part before the @ must have 1 to 64 "
                           "characters.");
    if (strspn(local, atoms) < len)
        return refuse(why, "The part before the @ may have only unaccented "
                           "letters, digits and these: "
                           "!#$%&'*+-/=?^_`{|}~.");
    if (local[0] == '.' || local[len - 1] == '.' || memmem(local, len, "..", 2))
        return refuse(why, "The part before the @ may not begin or end with "
                           "a dot, nor have two in a row.");
    return true;
}

/* Letters, digits and hyphens between dots; at least one dot. */
static bool check_ascii_domain(const char *domain)
{
    const char *label = domain;
    size_t labels = 0;

    if (strlen(domain) > DOMAIN_MAX)
        return false;
    for (;;) {
        size_t len = strcspn(label, ".");

        if (!len || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
            return false;
        for (size_t i = 0; i < len; i++)
            if (!strchr(letters, label[i]) && label[i] != '-')
                return false;
        labels++;
        if (!label[len])
            break;
        label += len + 1;
    }
    /* The last label of a name is never a number: that would be an address. */
    return labels > 1 && strspn(label, "0123456789") < strlen(label);
}

/* "bücher.example" becomes "xn--bcher-kva.example". */
static char *international(const char *domain)
{
    char *ascii = NULL;

    if (idn2_to_ascii_8z(domain, &ascii,
                         IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return NULL;
    return ascii;
}

static bool write_address(const char *text, size_t local_len,
                          const char *domain, char address[EMAIL_SIZE])
{
    int len =
        snprintf(address, EMAIL_SIZE, "%.*s@%s", (int)local_len, text, domain);

    return len > 0 && len < EMAIL_SIZE;
}

bool email_read(const char *text, char address[EMAIL_SIZE], const char **why)
{
    const char *at = strchr(text, '@');
    const char *domain;
    char *ascii = NULL;
    bool ok;

    if (!at || strchr(at + 1, '@'))
        return refuse(why, "An address has exactly one @: name@example.com.");
    if (!check_local(text, (size_t)(at - text), why))
        return false;
    domain = at + 1;
    if (!text_is_ascii(domain))
        domain = ascii = international(domain);
    ok = domain && check_ascii_domain(domain) &&
         write_address(text, (size_t)(at - text), domain, address);
    idn2_free(ascii);
    if (!ok)
        return refuse(why, "The part after the @ is not a domain name such "
                           "as example.com.");
    return true;
}

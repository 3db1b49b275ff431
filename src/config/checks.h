/* Whether a text has the shape that its setting needs. */
#ifndef CONFIG_CHECKS_H
#define CONFIG_CHECKS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

/* False, and err says what is allowed; it never repeats a secret. */
typedef bool setting_check(const char *text, struct error *err);

setting_check check_listen;       /* "127.0.0.1:8080", "[::1]:80", "8080" */
setting_check check_web_url;      /* http or https; no user, query, fragment */
setting_check check_callback_url; /* the same, but a query is fine */
setting_check check_redis_url;
setting_check check_origin;  /* "https://example.com", "https://..." with * */
setting_check check_network; /* "10.0.0.0/8", "2001:db8::1" */
setting_check check_host;    /* "relay.example" */
setting_check check_subdomain;
setting_check check_template;   /* a URL with {id} and perhaps {subdomain} */
setting_check check_next;       /* a URL, or a path here: "/thanks" */
setting_check check_word;       /* letters, digits, - and _ */
setting_check check_token;      /* can be sent in a header */
setting_check check_long_token; /* the same, and cannot be guessed */
setting_check check_hash;       /* SHA-256, in hexadecimal */
setting_check check_strong;     /* long enough to sign with */
setting_check check_signature;  /* "whsec_..." of 24 to 64 bytes, or 24 raw */

/* Where the authority of a URL of that scheme starts, or NULL. */
const char *check_authority(const char *url, const char *scheme);

#endif

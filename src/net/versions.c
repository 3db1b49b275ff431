/* See versions.h. */
#include "net/versions.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <openssl/crypto.h>

#include "base/banned.h"

#define TEXT(x)  #x
#define VALUE(x) TEXT(x)

void net_versions(struct library_version *list)
{
    list[0] = (struct library_version){"libevent", event_get_version()};
    list[1] = (struct library_version){"libcurl", curl_version()};
    /* hiredis tells only what it was compiled against. */
    list[2] = (struct library_version){
        "hiredis",
        VALUE(HIREDIS_MAJOR) "." VALUE(HIREDIS_MINOR) "." VALUE(HIREDIS_PATCH)};
    list[3] = (struct library_version){"openssl",
                                       OpenSSL_version(OPENSSL_VERSION_STRING)};
}

/* JSON of tests/unit/data. */
#ifndef JSON_FILE_H
#define JSON_FILE_H

struct json_t; /* jansson's */

/* data/<name>.json; the test fails without it. Owned by the caller. */
struct json_t *json_file(const char *name);

#endif

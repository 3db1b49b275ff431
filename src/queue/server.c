/* What there is to know of a Redis server. See server.h. */
#include "queue/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define VERSION_MIN 7
#define AOF_NEW     1024 /* bytes: no move of ours has room in less */

enum field_type { FIELD_TEXT, FIELD_NUMBER };

/* clang-format off */
static const struct field {
    const char *name; /* as INFO or CONFIG spell it */
    enum field_type type;
    size_t offset, size;
} fields[] = {
#define TEXT(name, member) \
    {name, FIELD_TEXT, offsetof(struct server, member), \
     sizeof(((struct server *)0)->member)}
#define NUMBER(name, member) \
    {name, FIELD_NUMBER, offsetof(struct server, member), 0}
    TEXT("run_id", run_id),
    TEXT("redis_version", version),
    TEXT("role", role),
    TEXT("maxmemory_policy", policy),
    NUMBER("used_memory", used_memory),
    NUMBER("maxmemory", max_memory),
    NUMBER("mem_not_counted_for_evict", uncounted),
    NUMBER("connected_slaves", replicas),
    NUMBER("aof_current_size", file_size),
    NUMBER("aof_rewrites", rewrites),
    NUMBER("aof_rewrite_in_progress", rewriting),
    NUMBER("aof_rewrite_scheduled", rewrite_scheduled),
    TEXT("aof_last_bgrewrite_status", rewrite_status),
    NUMBER("min-replicas-to-write", min_replicas),
    TEXT("maxmemory-policy", policy),
    TEXT("appendonly", appendonly),
    TEXT("appendfsync", appendfsync),
    TEXT("aof-load-truncated", load_truncated),
#undef TEXT
#undef NUMBER
};
/* clang-format on */

static void set(struct server *server, const struct field *field,
                const char *value, size_t len)
{
    char *member = (char *)server + field->offset;
    char text[24];
    int64_t number;

    if (field->type == FIELD_TEXT) {
        snprintf(member, field->size, "%.*s", (int)len, value);
        return;
    }
    snprintf(text, sizeof(text), "%.*s", (int)len, value);
    if (text_int(text, INT64_MIN, INT64_MAX, &number))
        *(int64_t *)(void *)member = number;
}

static void set_by_name(struct server *server, const char *name,
                        size_t name_len, const char *value, size_t len)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strlen(fields[i].name) == name_len &&
            memcmp(fields[i].name, name, name_len) == 0)
            set(server, &fields[i], value, len);
}

/* Facts that INFO spells otherwise than we keep them. */
static void set_spelled(struct server *server, const char *line)
{
    if (text_starts(line, "aof_enabled:"))
        snprintf(server->appendonly, sizeof(server->appendonly), "%s",
                 line[strlen("aof_enabled:")] == '1' ? "yes" : "no");
    if (text_starts(line, "second_repl_offset:"))
        server->promoted = line[strlen("second_repl_offset:")] != '-';
}

void server_read_info(struct server *server, const struct redis_reply *reply)
{
    const char *line = redis_text(reply), *end, *colon;

    for (; line && *line; line = end + strspn(end, "\r\n")) {
        end = line + strcspn(line, "\r\n");
        colon = memchr(line, ':', (size_t)(end - line));
        if (!colon)
            continue;
        set_by_name(server, line, (size_t)(colon - line), colon + 1,
                    (size_t)(end - colon - 1));
        set_spelled(server, line);
    }
}

void server_read_config(struct server *server, const struct redis_reply *reply)
{
    for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
        const char *name = redis_text(redis_at(reply, i));
        const char *value = redis_text(redis_at(reply, i + 1));

        if (name && value)
            set_by_name(server, name, strlen(name), value, strlen(value));
    }
}

bool server_fit(const struct server *server, char *why, size_t size)
{
    if (strtol(server->version, NULL, 10) < VERSION_MIN) {
        snprintf(
            why, size, "Redis %.20s is too old: version %d or later is needed",
            server->version[0] ? server->version : "(unknown)", VERSION_MIN);
        return false;
    }
    if (strcmp(server->role, "master") != 0) {
        snprintf(why, size,
                 "this Redis is a %.10s, which takes no writes: point "
                 "redis.url at the master",
                 server->role[0] ? server->role : "stranger");
        return false;
    }
    if (server->policy[0] && strcmp(server->policy, "noeviction") != 0) {
        snprintf(why, size,
                 "Redis may throw accepted messages away (maxmemory-policy "
                 "%.20s): set maxmemory-policy noeviction",
                 server->policy);
        return false;
    }
    return true;
}

int64_t server_memory(const struct server *server)
{
    return server->used_memory - server->uncounted;
}

bool server_full(const struct server *server)
{
    return server->max_memory > 0 &&
           server_memory(server) >= server->max_memory;
}

bool server_on_disk(const struct server *server)
{
    return strcmp(server->appendonly, "yes") == 0 &&
           strcmp(server->appendfsync, "always") == 0;
}

bool server_sure(const struct server *server)
{
    return server_on_disk(server) && server->replicas == 0 && !server->promoted;
}

bool server_rewrite_failed(const struct server *server)
{
    return strcmp(server->rewrite_status, "err") == 0;
}

/* Redis counts a writing anew when it begins, whatever comes of it. */
static bool rewritten(const struct server *server)
{
    return server->rewrites > (server->rewriting ? 1 : 0) &&
           !server_rewrite_failed(server);
}

bool server_unmended(const struct server *server)
{
    return strcmp(server->appendonly, "yes") == 0 &&
           strcmp(server->load_truncated, "no") != 0 && !server->mended &&
           server->file_size > AOF_NEW && !rewritten(server);
}

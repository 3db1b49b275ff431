/* One command to Redis under construction. See command.h. */
#include "queue/command.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

/* Far above what the limits of the settings let through. */
#define COMMAND_MAX ((size_t)64 * 1024 * 1024)
#define PREFIX      3 /* FCALL, the name, the number of keys */

static void end_argument(struct command *command)
{
    if (command->count == command->size) {
        command->size = command->size ? 2 * command->size : 32;
        command->ends =
            alloc_resize(command->ends, command->size, sizeof(*command->ends));
    }
    command->ends[command->count++] = command->bytes.len;
    buf_char(&command->bytes, '\0');
}

void command_bytes(struct command *command, const void *bytes, size_t len)
{
    buf_add(&command->bytes, bytes, len);
    end_argument(command);
}

void command_text(struct command *command, const char *text)
{
    command_bytes(command, text ? text : "", text ? strlen(text) : 0);
}

void command_int(struct command *command, int64_t number)
{
    buf_format(&command->bytes, "%" PRId64, number);
    end_argument(command);
}

void command_key(struct command *command, const char *destination,
                 const char *kind, const char *tail)
{
    buf_char(&command->bytes, '{');
    buf_text(&command->bytes, destination);
    buf_char(&command->bytes, '}');
    buf_text(&command->bytes, kind);
    buf_text(&command->bytes, tail);
    end_argument(command);
    command->keys++;
}

static void begin(struct command *command)
{
    *command = (struct command){0};
    buf_init(&command->bytes, COMMAND_MAX);
}

const char *command_name(const struct command *command)
{
    const char *name = command->bytes.data;

    return command->function ? strchr(name, '_') + 1 : name;
}

void command_part(struct command *command)
{
    begin(command);
}

void command_add(struct command *command, const struct command *part)
{
    size_t start = 0;

    for (size_t i = 0; i < part->count; i++) {
        command_bytes(command, part->bytes.data + start, part->ends[i] - start);
        start = part->ends[i] + 1;
    }
    command->keys += part->keys;
}

void command_plain(struct command *command, const char *name)
{
    begin(command);
    command_text(command, name);
}

void command_function(struct command *command, const char *name)
{
    begin(command);
    command->function = true;
    command_text(command, name);
}

void command_clear(struct command *command)
{
    buf_clear(&command->bytes);
    free(command->ends);
    command->ends = NULL;
    command->count = command->size = 0;
}

void command_send(const struct command *command, struct redis *redis,
                  int64_t timeout_ms, redis_done *done, void *context)
{
    size_t count = command->count + PREFIX;
    const char **argv = NEW_ARRAY(count, const char *);
    size_t *lens = NEW_ARRAY(count, size_t);
    size_t argc = 0, start = 0;
    char keys[12];

    assert(buf_ok(&command->bytes));
    snprintf(keys, sizeof(keys), "%u", command->keys);
    if (command->function) {
        argv[argc] = "FCALL";
        lens[argc++] = strlen("FCALL");
    }
    for (size_t i = 0; i < command->count; i++) {
        argv[argc] = command->bytes.data + start;
        lens[argc++] = command->ends[i] - start;
        start = command->ends[i] + 1;
        if (i == 0 && command->function) {
            argv[argc] = keys;
            lens[argc++] = strlen(keys);
        }
    }
    redis_call(redis, &(struct redis_command){argc, argv, lens, timeout_ms},
               done, context);
    free(lens);
    free(argv);
}

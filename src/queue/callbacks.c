/* Callbacks that their receiver does not want: see figures.h and queue.h. */
#include "queue/queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "queue/state.h"

#include "base/banned.h"

/* Its beginning is enough to tell URLs apart, and nobody can read it. */
static void name_url(const char *url, char name[QUEUE_URL_NAME_SIZE])
{
    unsigned char digest[CRYPTO_DIGEST_SIZE];

    crypto_sha256(url, strlen(url), digest);
    crypto_hex(digest, (QUEUE_URL_NAME_SIZE - 1) / 2, name);
}

bool queue_is_gone(const char *gone, const char *url)
{
    const char *name = gone ? strchr(gone, ' ') : NULL;
    char now[QUEUE_URL_NAME_SIZE];

    if (!name || !url)
        return false;
    name_url(url, now);
    return strcmp(name + 1, now) == 0;
}

void queue_stop_callbacks(struct queue *queue, const struct settings_form *form,
                          queue_count_done *done, void *context)
{
    char name[QUEUE_URL_NAME_SIZE];
    struct command command;

    name_url(form->callback.url, name);
    command_function(&command, "ah3_stop_callbacks");
    command_key(&command, form->destination, "meta", "");
    command_text(&command, form->name);
    command_text(&command, name);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_start_callbacks(struct queue *queue,
                           const struct settings_form *form,
                           queue_count_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah3_start_callbacks");
    command_key(&command, form->destination, "meta", "");
    command_text(&command, form->name);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

/*
 * Meeting a server, each time a connection is made and now and then after:
 * whether it is fit, whether it has our library, whether it is the one of last
 * time. Only then is the queue ready and its calls are sent.
 */
#ifndef QUEUE_MEETING_H
#define QUEUE_MEETING_H

#include <stdbool.h>

struct queue;

void meeting_init(struct queue *queue);
void meeting_end(struct queue *queue);

/* The connection came up or was lost. */
void meeting_connection(void *queue, bool connected);

/* The server showed that it is not what was met: meet it again, soon. */
void meeting_again(struct queue *queue);

/* What is known of the server is to be known anew, now; work goes on. */
void meeting_look(struct queue *queue);

/* The settings are new: meet it again now. Work goes on meanwhile, unless there
 * are more destinations: nothing of those may be taken before. */
void meeting_settings(struct queue *queue, bool more);

#endif

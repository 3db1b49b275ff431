/* Submissions that came together, gathered to be accepted together. */
#ifndef QUEUE_ACCEPT_H
#define QUEUE_ACCEPT_H

struct queue;
struct timer;
struct accept_batch;

struct acceptor {
    struct queue *queue;
    struct accept_batch *gathering; /* a list; mostly none or one */
    struct timer *soon;
};

void acceptor_init(struct acceptor *acceptor, struct queue *queue);
/* Sends what is gathered: when the queue ends, so that it is told. */
void acceptor_flush(void *acceptor);
void acceptor_clear(struct acceptor *acceptor);

#endif

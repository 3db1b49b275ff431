/* A binary heap of deadlines. See deadlines.h. */
#include "net/deadlines.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define FIRST_SIZE 64

/* Places are counted from 1, so that 0 can mean "not in the heap". */
static void put(struct deadlines *deadlines, size_t place,
                struct deadline *deadline)
{
    deadlines->heap[place] = deadline;
    deadline->place = place;
}

static void rise(struct deadlines *deadlines, struct deadline *deadline)
{
    size_t place = deadline->place;

    while (place > 1 && deadlines->heap[place / 2]->at > deadline->at) {
        put(deadlines, place, deadlines->heap[place / 2]);
        place /= 2;
    }
    put(deadlines, place, deadline);
}

static void sink(struct deadlines *deadlines, struct deadline *deadline)
{
    struct deadline **heap = deadlines->heap;
    size_t place = deadline->place;
    size_t child;

    while ((child = 2 * place) <= deadlines->count) {
        if (child < deadlines->count && heap[child + 1]->at < heap[child]->at)
            child++;
        if (heap[child]->at >= deadline->at)
            break;
        put(deadlines, place, heap[child]);
        place = child;
    }
    put(deadlines, place, deadline);
}

void deadlines_clear(struct deadlines *deadlines)
{
    free(deadlines->heap);
    memset(deadlines, 0, sizeof(*deadlines));
}

void deadlines_set(struct deadlines *deadlines, struct deadline *deadline,
                   int64_t at)
{
    if (deadline->place)
        deadlines_remove(deadlines, deadline);
    if (deadlines->count + 1 >= deadlines->size) {
        deadlines->size = deadlines->size ? 2 * deadlines->size : FIRST_SIZE;
        deadlines->heap = alloc_resize(deadlines->heap, deadlines->size,
                                       sizeof(struct deadline *));
    }
    deadline->at = at;
    put(deadlines, ++deadlines->count, deadline);
    rise(deadlines, deadline);
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline)
{
    struct deadline *last;
    size_t place = deadline->place;

    if (!place)
        return;
    deadline->place = 0;
    last = deadlines->heap[deadlines->count--];
    if (last == deadline)
        return;
    put(deadlines, place, last);
    rise(deadlines, last);
    sink(deadlines, last);
}

struct deadline *deadlines_first(const struct deadlines *deadlines)
{
    return deadlines->count ? deadlines->heap[1] : NULL;
}

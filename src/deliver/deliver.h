/*
 * Stages deliver (post it to Create Chat) and resolve (nobody answered: find
 * out whether it landed). Values in, values out; see submission/turn.h.
 */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include "submission/turn.h"

extern const struct stage_ops deliver_stage;
extern const struct stage_ops resolve_stage;

#endif

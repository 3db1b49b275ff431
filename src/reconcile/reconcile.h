/* Stage reconcile: which tickets have these chats become? Fifty at a time. */
#ifndef RECONCILE_RECONCILE_H
#define RECONCILE_RECONCILE_H

#include "submission/turn.h"

extern const struct stage_ops reconcile_stage;

#endif

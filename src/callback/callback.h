/* Stage callback: tell the website's server, signed by Standard Webhooks 1.0.0.
 */
#ifndef CALLBACK_CALLBACK_H
#define CALLBACK_CALLBACK_H

#include "submission/turn.h"

extern const struct stage_ops callback_stage;

#endif

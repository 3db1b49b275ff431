/* Patience out of the settings. See patience.h. */
#include "daemon/patience.h"

#include "base/banned.h"

#define RESOLVE_SOON_MS     2000
#define CALLBACK_BASE_MS    5000
#define CALLBACK_CAP_MS     (INT64_C(10) * 3600 * 1000)
#define CALLBACK_GIVE_UP_MS (INT64_C(3) * 86400 * 1000)

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void patience_for(const struct settings_destination *destination,
                  enum stage stage, struct patience *patience)
{
    patience->retry_base_ms = destination->retry_base_ms;
    patience->retry_cap_ms = destination->retry_cap_ms;
    patience->give_up_ms = destination->retry_give_up_ms;
    patience->resolve_soon_ms =
        smaller(RESOLVE_SOON_MS, destination->look_interval_ms);
    patience->look_interval_ms = destination->look_interval_ms;
    patience->reconcile_first_ms = destination->ticket_first_ms;
    patience->ticket_patience_ms = destination->ticket_patience_ms;
    if (stage == STAGE_CALLBACK) {
        patience->retry_base_ms = CALLBACK_BASE_MS;
        patience->retry_cap_ms = CALLBACK_CAP_MS;
        patience->give_up_ms = CALLBACK_GIVE_UP_MS;
    }
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/ticks.h"

#include "core/abi.h"

#define NS_PER_S 1000000000u

int ticks_rate(uint32_t hz, struct tick_rate *rate) {
    if (hz == 0 || hz > NS_PER_S) {
        return -XEN_EINVAL;
    }
    rate->ns_per_tick = NS_PER_S / hz;
    rate->ticks_per_ns = UINT32_MAX / rate->ns_per_tick;
    return 0;
}

/* The product is at most two ticks too small; a division would take ten times as long on a core that
 * has none. */
uint32_t ticks_of(const struct tick_rate *rate, uint32_t ns) {
    uint32_t ticks = (uint32_t)((uint64_t)ns * rate->ticks_per_ns >> 32);

    for (uint32_t rest = ns - ticks * rate->ns_per_tick; rest > 0; ticks++) {
        rest = rest > rate->ns_per_tick ? rest - rate->ns_per_tick : 0;
    }
    return ticks > 0 ? ticks : 1;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/device/ticks.h"

#include "core/base/abi.h"

#define NS_PER_S 1000000000u

int ticks_rate(uint32_t hz, struct tick_rate *rate) {
    if (hz == 0 || hz >= NS_PER_S) {
        return -XEN_EINVAL;
    }
    rate->ticks_per_ns = (uint32_t)(((uint64_t)hz << 32) / NS_PER_S) + 1;
    return 0;
}

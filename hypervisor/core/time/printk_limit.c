/* SPDX-License-Identifier: GPL-2.0-only */
/* See printk_limit.h. */
#include "core/time/printk_limit.h"

#include "core/time/clock.h"

static void make_up(struct printk_limit *limit) {
    uint64_t now = clock_now();

    if (now - limit->last >= (uint64_t)PRINTK_BURST * PRINTK_INTERVAL_NS) {
        limit->used = 0;
        limit->last = now;
    }
    for (; limit->used > 0 && now - limit->last >= PRINTK_INTERVAL_NS; limit->used--) {
        limit->last += PRINTK_INTERVAL_NS;
    }
}

bool printk_allowed(struct printk_limit *limit) {
    make_up(limit);
    if (limit->used >= PRINTK_BURST) {
        limit->suppressed++;
        return false;
    }
    if (limit->suppressed >
        0) { /* in the place of this one: two lines would mask interrupts too long */
        printk("[%u messages like the next one were not printed]\n",
               (unsigned int)limit->suppressed + 1);
        limit->suppressed = 0;
        return false;
    }
    if (limit->used++ == 0) {
        limit->last = clock_now();
    }
    return true;
}

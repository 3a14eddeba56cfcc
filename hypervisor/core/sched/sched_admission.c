/* SPDX-License-Identifier: GPL-2.0-only */
/* See sched_admission.h. */
#include "core/sched/sched_admission.h"

/* @part / @whole, rounded up; @part below 2^34. */
static uint64_t share_of(uint64_t part, uint32_t whole) {
    return (part * SCHED_SHARE_ONE + whole - 1) / whole;
}

uint64_t sched_share(const struct sched_figures *figures, uint32_t period_ns, uint32_t budget_ns) {
    return share_of((uint64_t)budget_ns + figures->cost_ns, period_ns);
}

bool sched_admissible(const struct sched_figures *figures, uint64_t shares, uint32_t shortest_ns) {
    uint64_t needed = shares + share_of(figures->stretch_ns, shortest_ns) +
                      share_of(figures->reserve_percent, 100);

    return needed <= SCHED_SHARE_ONE;
}

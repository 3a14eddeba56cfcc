/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which sets of real-time vCPUs a pCPU can carry.  Budgets are kept by earliest deadline first
 * (sched_edf.h), which serves any set whose shares add up to no more than the whole (Liu and
 * Layland, JACM 20(1), 1973; for servers of constant bandwidth Abeni and Buttazzo, RTSS 1998).
 * What a real machine needs besides is added to that:
 *
 *     sum of (budget + cost) / period  +  stretch / shortest period  <=  1 - reserve
 *
 * cost and stretch are figures of the board.  All is counted in integers, every share rounded up.
 */
#ifndef CORE_SCHED_ADMISSION_H
#define CORE_SCHED_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

/* The whole of a pCPU.  Shares are parts of it. */
#define SCHED_SHARE_ONE   (1u << 30)
/* The largest cost and stretch, ns. */
#define SCHED_FIGURES_MAX 1000000u

/* What the board and its owner say.  Constant after boot. */
struct sched_figures {
    /* What a vCPU takes in each of its periods besides its budget, ns: two switches, two
     * interrupts, and the longest overrun of a budget; 0 = not known, so that nothing can be
     * promised. */
    uint32_t cost_ns;
    /* The longest that the hypervisor works between two looks for interrupts, ns. */
    uint32_t stretch_ns;
    uint32_t reserve_percent; /* what is kept free; below 100 */
};

/** sched_share() - of @budget_ns in each @period_ns (not 0, both at most 10^9), with its cost.  May
 * exceed SCHED_SHARE_ONE. */
uint64_t sched_share(const struct sched_figures *figures, uint32_t period_ns, uint32_t budget_ns);

/**
 * sched_admissible() - can a pCPU carry vCPUs whose shares add up to @shares?
 * @shortest_ns: the shortest of their periods, not 0
 */
bool sched_admissible(const struct sched_figures *figures, uint64_t shares, uint32_t shortest_ns);

#endif /* CORE_SCHED_ADMISSION_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine over virtual time for the real-time class: one pCPU, tasks of several kinds on it, and
 * what the way there costs.  What each task got is measured here, from who had the pCPU when; what
 * the class counts is not looked at.
 */
#ifndef SUPPORT_EDF_H
#define SUPPORT_EDF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sched/sched.h"

#define US             1000ull
#define MS             (1000 * US)
#define EDF_TASKS_MAX  10
#define EDF_POINTS_MAX 8192

/* A moment at which a task lost the pCPU or got it. */
struct edf_point {
    uint64_t at, ran;
    bool starts;
};

struct edf_task {
    struct sched_vcpu v;
    struct sched_rt_params params; /* period_us 0: of the fair class */
    /* What it does: runs for a while, then sleeps; run_ns 0: it never stops. */
    uint64_t run_ns, sleep_ns;
    bool is_random; /* each of them from 0 to twice that */
    bool is_strict; /* sleeps until a time that does not depend on when it ran */
    bool yields;    /* yields where others sleep */
    /* What has become of it. */
    uint64_t run_left, wake_at, next_at;
    uint64_t since;     /* can run since then; 0 = it sleeps */
    uint64_t ran;       /* in all */
    uint64_t worst_end; /* of a strict one: from its release to the end of a run, at most */
    unsigned int point_count;
    struct edf_point point[EDF_POINTS_MAX];
};

struct edf_machine {
    /* ns; what an interrupt and a switch take, and for how long the hypervisor may not look. */
    uint64_t irq_cost, switch_cost, stretch;
    unsigned int late_percent; /* how often that happens when something is due */
    unsigned int task_count, switch_count;
    struct edf_task task[EDF_TASKS_MAX];
    struct edf_task *current;
    struct sched_vcpu idle;
    uint64_t random;
};

extern struct edf_machine edf_machine;

/** edf_power_on() - no tasks, nothing costs anything.  @figures: of the board. */
void edf_power_on(const struct sched_figures *figures);

/** edf_now() - ns since boot. */
uint64_t edf_now(void);

/** edf_random() - below @limit; the same numbers for the same edf_machine.random. */
uint64_t edf_random(uint64_t limit);

/** edf_add() - a task of the fair class that can run from now on. */
struct edf_task *edf_add(uint64_t run_ns, uint64_t sleep_ns);

/** edf_add_rt() - of the real-time class.  NULL: it was not admitted. */
struct edf_task *edf_add_rt(uint32_t period_us, uint32_t budget_us, bool has_extratime,
                            uint64_t run_ns, uint64_t sleep_ns);

/** edf_remove_all() - they end. */
void edf_remove_all(void);

/** edf_run() - let @ns pass. */
void edf_run(uint64_t ns);

/** edf_supply() - what a vCPU that can run gets in any @window, at least: of @budget in each
 * @period (Shin and Lee, RTSS 2003). */
uint64_t edf_supply(uint64_t period, uint64_t budget, uint64_t window);

#endif /* SUPPORT_EDF_H */

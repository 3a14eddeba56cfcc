/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real-time class: a vCPU has a budget of run time in each period, and gets it before any vCPU
 * of the fair class runs.  Of several the one runs whose deadline, the end of its period, comes
 * first.  Rules, after the constant bandwidth server of Abeni and Buttazzo (RTSS 1998):
 *
 * - One that wakes goes on with what is left of its budget and with its deadline, if that is no
 * more than its share of the time until then; else a new period begins, with a full budget.
 * - One whose budget is used up waits for its deadline, which is its release: the next period
 * begins there.  One with extra time runs in the fair class until then, and what it runs there
 * takes nothing from its budget.
 * - What it ran beyond its budget, because the hypervisor worked for it and did not look sooner, is
 *   a debt that comes off the next budget.
 *
 * So whatever a vCPU does, sleep, yield, wake or overrun, it takes no more than its share from the
 * others.  Which sets are accepted: sched_admission.h.  A share that a vCPU gives up is free for
 * others as soon as what it ran in its present period is no more than that share of the time since:
 * at the latest when the period ends.
 */
#ifndef CORE_SCHED_EDF_H
#define CORE_SCHED_EDF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sched/sched_admission.h"
#include "core/time/timer.h"

struct sched_cpu;
struct sched_vcpu;

#define SCHED_RT_PERIOD_MIN_US     100u
#define SCHED_RT_PERIOD_MAX_US     1000000u
#define SCHED_RT_BUDGET_MIN_US     20u
/* What a vCPU has that comes into the class without parameters of its own: a hundredth. */
#define SCHED_RT_PERIOD_DEFAULT_US 10000u
#define SCHED_RT_BUDGET_DEFAULT_US 100u

struct sched_rt_params {
    uint32_t period_us;
    uint32_t budget_us; /* at most period_us */
    bool has_extratime; /* runs in the fair class when its budget is used up */
    bool defers_events; /* events of other domains wake it at its next release, not before */
};

/* Where a vCPU of the class is. */
enum edf_list {
    EDF_NONE,    /* it runs, or cannot, or is in the fair class's queue alone */
    EDF_READY,   /* can run and has budget */
    EDF_WAITING, /* for its release, whether or not it can run */
};

/* The class's part of a pCPU; run queue lock. */
struct edf_cpu {
    struct sched_vcpu *ready;   /* ascending deadline */
    struct sched_vcpu *waiting; /* ascending deadline */
    struct timer release;       /* of the first that waits */
    struct sched_vcpu *members; /* all vCPUs of the class that belong here */
    uint64_t shares;            /* theirs */
    uint64_t freed;             /* shares given up that count until freed_until, ns since boot */
    uint64_t freed_until;
};

/* Its part of a vCPU; run queue lock. */
struct edf_vcpu {
    struct sched_vcpu *prev, *next; /* in the list that it is in */
    struct sched_vcpu *member;      /* the next member */
    struct sched_rt_params params;
    uint64_t share;
    uint64_t deadline;     /* end of its present period, ns since boot */
    uint32_t period;       /* ns */
    uint32_t budget;       /* ns */
    int32_t left;          /* of the budget of its present period; negative: a debt */
    uint32_t waited;       /* ns that were waited for its timers, and are not paid yet */
    uint8_t list;          /* enum edf_list */
    bool wakes_at_release; /* EDF_WAITING and blocked: an event was deferred */
};

/** sched_edf_init() - the class's part of @cpu.  By sched_init(). */
void sched_edf_init(struct sched_cpu *cpu);

/** sched_edf_set_figures() - what is admitted from now on; all that is in force stays.  Boot. */
void sched_edf_set_figures(const struct sched_figures *figures);

/**
 * sched_edf_admit() - @v is of the class from now on, with @params, or gets these instead of those
 * that it has.  Changes no list: sched.c does that.  Run queue lock held; @now = clock_now().
 * Returns 0; -EINVAL: @params are not within their limits; -EOPNOTSUPP: the board's figures are not
 * known; -ENOSPC: its pCPU cannot carry that too; -EAGAIN: not yet, since others gave up their
 * shares less than one of their periods ago.  With an error nothing has changed.
 */
int sched_edf_admit(struct sched_cpu *cpu, struct sched_vcpu *v,
                    const struct sched_rt_params *params, uint64_t now);

/** sched_edf_leave() - @v, which is not queued, is of the class no more.  Run queue lock held;
 * @now = clock_now(). */
void sched_edf_leave(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);

/**
 * sched_edf_defer() - an event of another domain came for @v, of the class and blocked: have it
 * woken at its release, or by its own timer if that is about to fire then.  False: its release is
 * now.  Run queue lock held.
 */
bool sched_edf_defer(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);

#endif /* CORE_SCHED_EDF_H */

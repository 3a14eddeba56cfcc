/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's place in the scheduler.  All its vCPUs are of one class, which the toolstack sees as a
 * pool; weight and cap are the domain's, budgets and periods a vCPU's.
 */
#ifndef CORE_DOMAIN_SCHED_H
#define CORE_DOMAIN_SCHED_H

#include "core/sched/sched.h"

struct domain;

/* The pools, named by their scheduler as in <xen/domctl.h>. */
#define DOMAIN_SCHED_FAIR     6u /* XEN_SCHEDULER_CREDIT2 */
#define DOMAIN_SCHED_REALTIME 8u /* XEN_SCHEDULER_RTDS */

/**
 * domain_sched_set() - weight and cap of all vCPUs of @d, from now on.
 * Returns 0, -EINVAL (weight below SCHED_WEIGHT_MIN; cap over 100 times its vCPUs).  No lock held.
 */
int domain_sched_set(struct domain *d, const struct sched_params *params);

/**
 * domain_sched_set_step() - the same for one vCPU, the one after *@done, which counts those that
 * have them; 0 at first.  Any value of it.  Returns 1 (call again), 0 or -EINVAL.
 */
int domain_sched_set_step(struct domain *d, const struct sched_params *params, unsigned int *done);

/** domain_sched_get() - the parameters in force, those that a new vCPU has if there is none yet. */
void domain_sched_get(const struct domain *d, struct sched_params *params);

/** domain_sched_id() - the pool that @d is in, DOMAIN_SCHED_*. */
unsigned int domain_sched_id(const struct domain *d);

/* How far a move is; all zero at first, and any values later. */
struct domain_sched_moving {
    unsigned int done; /* vCPUs that have moved */
    int err;           /* why they are on their way back, or 0 */
};

/**
 * domain_sched_move_step() - @d is to be in the pool @sched_id, a vCPU a step.  A vCPU that comes
 * to DOMAIN_SCHED_REALTIME gets SCHED_RT_PERIOD_DEFAULT_US, SCHED_RT_BUDGET_DEFAULT_US and extra
 * time; one that was there keeps what it has.
 * Returns 1 (call again); 0, from which on it is there; or, when nothing has changed, -EINVAL (no
 * such pool) or an error of sched_edf_admit().  With -EAGAIN the step may be repeated, and succeeds
 * or is refused for good within a second.  No lock held.
 */
int domain_sched_move_step(struct domain *d, unsigned int sched_id, struct domain_sched_moving *m);

/** domain_sched_join() - the newest vCPU of @d, if it has one, is of @d's pool, as it comes to
 * DOMAIN_SCHED_REALTIME.  Returns 0 (it is), 1 (it is since this call) or an error of
 * sched_edf_admit(), as above.  No lock held. */
int domain_sched_join(struct domain *d);

/**
 * domain_sched_rt_set() - budget and period of vCPU number @vcpu of @d, from its next period on.
 * Returns 0, -EINVAL (no such vCPU, or @d is not in DOMAIN_SCHED_REALTIME), or an error of
 * sched_edf_admit(), as above.  No lock held.
 */
int domain_sched_rt_set(struct domain *d, unsigned int vcpu, const struct sched_rt_params *params);

/** domain_sched_rt_get() - what was set.  Returns 0, or -EINVAL as domain_sched_rt_set(). */
int domain_sched_rt_get(const struct domain *d, unsigned int vcpu, struct sched_rt_params *params);

#endif /* CORE_DOMAIN_SCHED_H */

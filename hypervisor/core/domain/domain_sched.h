/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's scheduling parameters: those of all its vCPUs.
 */
#ifndef CORE_DOMAIN_SCHED_H
#define CORE_DOMAIN_SCHED_H

#include "core/sched/sched.h"

struct domain;

/**
 * domain_sched_set() - weight and cap of all vCPUs of @d, from now on.
 * Returns 0, -EINVAL (weight below SCHED_WEIGHT_MIN; cap over 100 times its vCPUs).  No lock held.
 */
int domain_sched_set(struct domain *d, const struct sched_params *params);

/** domain_sched_get() - the parameters in force. @d has a vCPU. */
void domain_sched_get(const struct domain *d, struct sched_params *params);

#endif /* CORE_DOMAIN_SCHED_H */

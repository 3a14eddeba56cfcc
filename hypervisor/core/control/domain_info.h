/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What toolstacks read of a domain, in Xen's structure: libxl, xenstored, xenconsoled, xentop and
 * libvirt all decide by it what is going on.
 */
#ifndef CORE_DOMAIN_INFO_H
#define CORE_DOMAIN_INFO_H

#include "core/base/abi.h"
#include "core/domain/domain_sched.h"

struct domain;
struct vcpu;

/** domain_info() - fill *@info, all of it.  Looks that need not be of the same moment. */
void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info);

/** domain_vcpu_info() - what there is of @v in *@info, but for its number. */
void domain_vcpu_info(struct vcpu *v, struct xen_domctl_getvcpuinfo *info);

/* ---- Pools: the scheduler's classes as a toolstack sees them.  Every CPU is in each. ---- */

#define POOL_FAIR     0u
#define POOL_REALTIME 1u
#define POOL_COUNT    2u

/** pool_sched_id() - the scheduler of pool @pool, which is below POOL_COUNT. */
static inline unsigned int pool_sched_id(uint32_t pool) {
    return pool == POOL_REALTIME ? DOMAIN_SCHED_REALTIME : DOMAIN_SCHED_FAIR;
}

/** pool_of() - the one that @d is in. */
static inline uint32_t pool_of(const struct domain *d) {
    return domain_sched_id(d) == DOMAIN_SCHED_REALTIME ? POOL_REALTIME : POOL_FAIR;
}

#endif /* CORE_DOMAIN_INFO_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of domctl, by which dom0's toolstack makes, looks at, changes and ends domains.
 * Numbers, structures and errors are those of <xen/domctl.h>.
 */
#ifndef CORE_DOMCTL_H
#define CORE_DOMCTL_H

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/control/continuation.h"

struct domain;
struct vcpu;

struct domctl {
    struct vcpu *v;            /* the caller, current, of a privileged domain */
    struct domain *d;          /* whom it is about; NULL where the table says so */
    struct xen_domctl *op;     /* a copy, written back if the table says so and the result is 0 */
    gvaddr_t arg;              /* where the caller has it */
    struct continuation going; /* its words: kept, if the result is HYPERCALL_AGAIN */
};

/* Returns 0, an error of Xen's, or HYPERCALL_AGAIN. */
typedef int32_t domctl_fn(struct domctl *c);

/* domctl_life.c */
domctl_fn domctl_createdomain;
domctl_fn domctl_destroydomain;
domctl_fn domctl_pausedomain;
domctl_fn domctl_unpausedomain;
domctl_fn domctl_resumedomain;
domctl_fn domctl_getdomaininfo;
domctl_fn domctl_setdomainhandle;
/* domctl_vcpu.c */
domctl_fn domctl_max_vcpus;
domctl_fn domctl_setvcpucontext;
domctl_fn domctl_getvcpucontext;
domctl_fn domctl_getvcpuinfo;
domctl_fn domctl_setvcpuaffinity;
domctl_fn domctl_getvcpuaffinity;
domctl_fn domctl_scheduler_op;
/** domctl_rtds() - scheduler_op of a domain of the real-time pool, with all of its commands. */
domctl_fn domctl_rtds; /* domctl_rtds.c */
/* domctl_memory.c */
domctl_fn domctl_max_mem;
domctl_fn domctl_set_paging_mempool_size;
domctl_fn domctl_get_paging_mempool_size;
domctl_fn domctl_cacheflush;
domctl_fn domctl_setnodeaffinity;
domctl_fn domctl_getnodeaffinity;
domctl_fn domctl_set_address_size;

#endif /* CORE_DOMCTL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of sysctl, by which dom0's toolstack looks at the machine and at all domains at
 * once. Numbers, structures and errors are those of <xen/sysctl.h>.
 */
#ifndef CORE_SYSCTL_H
#define CORE_SYSCTL_H

#include "core/base/abi.h"
#include "core/control/continuation.h"

struct vcpu;

struct sysctl {
    struct vcpu *v;            /* the caller, current, of a privileged domain */
    struct xen_sysctl *op;     /* a copy, written back if the result is 0 */
    struct continuation going; /* its words: kept, if the result is HYPERCALL_AGAIN */
};

/* Returns 0, an error of Xen's, or HYPERCALL_AGAIN. */
typedef int32_t sysctl_fn(struct sysctl *c);

/* sysctl_console.c */
sysctl_fn sysctl_readconsole;
sysctl_fn sysctl_debug_keys;
/* sysctl_machine.c */
sysctl_fn sysctl_physinfo;
sysctl_fn sysctl_getcpuinfo;
sysctl_fn sysctl_availheap;
sysctl_fn sysctl_cputopoinfo;
sysctl_fn sysctl_numainfo;
/* sysctl_domain.c */
sysctl_fn sysctl_getdomaininfolist;
sysctl_fn sysctl_sched_id;
sysctl_fn sysctl_cpupool_op;
sysctl_fn sysctl_scheduler_op;

#endif /* CORE_SYSCTL_H */

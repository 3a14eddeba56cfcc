/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_sysctl (r0 = struct xen_sysctl *): dom0 looks at the machine.  Who may and which
 * operation; the operations are in sysctl_*.c.
 */
#include "core/control/sysctl.h"

#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"

static sysctl_fn *const ops[] = {
    [XEN_SYSCTL_readconsole] = sysctl_readconsole,
    [XEN_SYSCTL_physinfo] = sysctl_physinfo,
    [XEN_SYSCTL_sched_id] = sysctl_sched_id,
    [XEN_SYSCTL_getdomaininfolist] = sysctl_getdomaininfolist,
    [XEN_SYSCTL_debug_keys] = sysctl_debug_keys,
    [XEN_SYSCTL_getcpuinfo] = sysctl_getcpuinfo,
    [XEN_SYSCTL_availheap] = sysctl_availheap,
    [XEN_SYSCTL_cputopoinfo] = sysctl_cputopoinfo,
    [XEN_SYSCTL_numainfo] = sysctl_numainfo,
    [XEN_SYSCTL_cpupool_op] = sysctl_cpupool_op,
    [XEN_SYSCTL_scheduler_op] = sysctl_scheduler_op,
};
#define OP_COUNT (sizeof(ops) / sizeof(ops[0]))

int32_t do_sysctl(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    gvaddr_t arg = gvaddr(args[0]);
    struct xen_sysctl op;
    struct sysctl c = {.v = v, .op = &op, .going = continuation_read(args)};

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&op, arg, sizeof(op)) != 0) {
        return -XEN_EFAULT;
    }
    if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION) {
        return -XEN_EACCES;
    }
    if (op.cmd >= OP_COUNT || !ops[op.cmd]) {
        return -XEN_ENOSYS;
    }
    int32_t result = ops[op.cmd](&c);
    if (result == HYPERCALL_AGAIN) {
        return continuation_write(args, c.going.first, c.going.second);
    }
    return result != 0 ? result : copy_to_guest(arg, &op, sizeof(op));
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_platform_op: dom0 sets the wall clock of all domains.
 */
#include "core/base/abi.h"
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/time_info.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"

#include <xen/platform.h>

#define NS_PER_SEC 1000000000u

static int32_t set_time(uint64_t secs, uint32_t nsecs, uint64_t system_time) {
    if (nsecs >= NS_PER_SEC) {
        return -XEN_EINVAL;
    }
    time_info_set_wallclock(secs, nsecs, system_time);
    return 0;
}

static int32_t settime64(const struct xenpf_settime64 *time) {
    if (time->mbz != 0) {
        return -XEN_EINVAL;
    }
    return set_time(time->secs, time->nsecs, time->system_time);
}

int32_t do_platform_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct xen_platform_op op;

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&op, gvaddr(args[0]), sizeof(op)) != 0) {
        return -XEN_EFAULT;
    }
    if (op.interface_version != XENPF_INTERFACE_VERSION) {
        return -XEN_EACCES;
    }
    switch (op.cmd) {
    case XENPF_settime32:
        return set_time(op.u.settime32.secs, op.u.settime32.nsecs, op.u.settime32.system_time);
    case XENPF_settime64: return settime64(&op.u.settime64);
    default: return -XEN_ENOSYS;
    }
}

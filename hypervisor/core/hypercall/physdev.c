/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_physdev_op: what a domain does with the interrupt lines that are its own.
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/event/pirq.h"
#include "core/hypercall/hypercall.h"

static int32_t op_eoi(struct domain *d, gvaddr_t arg) {
    struct physdev_eoi eoi;

    if (copy_from_guest(&eoi, arg, sizeof(eoi)) != 0) {
        return -XEN_EFAULT;
    }
    return pirq_eoi(&d->event, eoi.irq);
}

static int32_t op_irq_status_query(struct domain *d, gvaddr_t arg) {
    struct physdev_irq_status_query query;

    if (copy_from_guest(&query, arg, sizeof(query)) != 0) {
        return -XEN_EFAULT;
    }
    if (!pirq_is_assigned(&d->event, query.irq)) {
        return -XEN_EINVAL;
    }
    query.flags = XENIRQSTAT_needs_eoi;
    return copy_to_guest(arg, &query, sizeof(query)) != 0 ? -XEN_EFAULT : 0;
}

int32_t do_physdev_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    switch (args[0]) {
    case PHYSDEVOP_eoi: return op_eoi(v->domain, gvaddr(args[1]));
    case PHYSDEVOP_irq_status_query: return op_irq_status_query(v->domain, gvaddr(args[1]));
    default: return -XEN_ENOSYS;
    }
}

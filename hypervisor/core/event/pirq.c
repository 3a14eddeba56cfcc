/* SPDX-License-Identifier: GPL-2.0-only */
/* See pirq.h. */
#include "core/event/pirq.h"

#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"

/* Who has each line.  The owner changes while it does not run, the port under its event.lock. */
static struct {
    struct domain *owner;
    uint16_t port; /* 0 = not bound, the line is masked */
} pirqs[IRQ_MAX];

static bool is_own_line(unsigned int irq) {
    return irq == devices.uart_irq || irq == devices.oneshot_irq;
}

int pirq_assign(struct domain *d, unsigned int irq) {
    if (irq >= IRQ_MAX) {
        return -XEN_EINVAL;
    }
    if (is_own_line(irq) || (pirqs[irq].owner != NULL && pirqs[irq].owner != d)) {
        return -XEN_EBUSY;
    }
    if (pirqs[irq].owner == NULL) {
        pirqs[irq].owner = d;
        pirqs[irq].port = 0;
        d->pirq.assigned_count++;
    }
    return 0;
}

bool pirq_is_assigned(const struct domain *d, uint32_t irq) {
    return irq < IRQ_MAX && pirqs[irq].owner == d;
}

int pirq_bind(struct domain *d, uint32_t irq, evtchn_port_t port) {
    if (!pirq_is_assigned(d, irq)) {
        return -XEN_EPERM;
    }
    if (pirqs[irq].port != 0) {
        return -XEN_EEXIST;
    }
    pirqs[irq].port = (uint16_t)port;
    devices.intc->unmask(irq);
    return 0;
}

void pirq_unbind(struct domain *d, uint32_t irq) {
    if (pirq_is_assigned(d, irq)) {
        devices.intc->mask(irq);
        pirqs[irq].port = 0;
    }
}

int pirq_eoi(struct domain *d, uint32_t irq) {
    int error = -XEN_EINVAL;

    spin_lock(&d->event.lock);
    if (pirq_is_assigned(d, irq) && pirqs[irq].port != 0) {
        devices.intc->unmask(irq);
        error = 0;
    }
    spin_unlock(&d->event.lock);
    return error;
}

void pirq_release_all(struct domain *d) {
    for (unsigned int irq = 0; irq < IRQ_MAX && d->pirq.assigned_count > 0; irq++) {
        if (pirqs[irq].owner == d) {
            pirq_unbind(d, irq);
            pirqs[irq].owner = NULL;
            d->pirq.assigned_count--;
        }
    }
}

bool pirq_interrupt(unsigned int irq) {
    if (irq >= IRQ_MAX || pirqs[irq].owner == NULL || pirqs[irq].port == 0) {
        return false;
    }
    devices.intc->mask(irq);
    event_set_pending(pirqs[irq].owner, pirqs[irq].port);
    return true;
}

/* ---- __HYPERVISOR_physdev_op ---- */

static int32_t op_eoi(struct domain *d, gvaddr_t arg) {
    struct physdev_eoi eoi;

    if (copy_from_guest(&eoi, arg, sizeof(eoi)) != 0) {
        return -XEN_EFAULT;
    }
    return pirq_eoi(d, eoi.irq);
}

static int32_t op_irq_status_query(struct domain *d, gvaddr_t arg) {
    struct physdev_irq_status_query query;

    if (copy_from_guest(&query, arg, sizeof(query)) != 0) {
        return -XEN_EFAULT;
    }
    if (!pirq_is_assigned(d, query.irq)) {
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
